import assert from "node:assert/strict";
import { test } from "node:test";
import { Health } from "../../../src/ops/health.ts";
import { createMetrics } from "../../../src/ops/metrics.ts";
import { toBroker } from "../../../src/roles/broker-connection.ts";
import { publishFaces } from "../../../src/roles/detect/publish-faces.ts";
import type { RoleContext } from "../../../src/roles/role.ts";
import { readBrokerUrl } from "../../../src/settings/broker.ts";
import type { CapturedFace } from "../../../src/vision/types.ts";
import { Subscriber } from "../../pipeline/client.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { keptLog } from "../../vision/harness.ts";

const skip = mosquittoMissing() ?? false;

/** A grey PNG of one pixel. */
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==",
  "base64",
);
const face: CapturedFace = {
  picture,
  format: "png",
  capturedAt: 0,
  frame: { width: 1, height: 1, index: 0 },
  box: { x: 0, y: 0, width: 1, height: 1 },
  crop: { x: 0, y: 0, width: 1, height: 1 },
  score: 1,
  detector: "haar",
  visit: 1,
  quality: 1,
};

test("cameras that wait for the broker at the same time all go on when it takes faces again", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const subscriber = await Subscriber.at(t, broker.url, "faces/#");
  const { log } = await keptLog();
  const never = new AbortController().signal;
  const context = { log, metrics: await createMetrics(), health: new Health(), stop: never, deadline: never };
  const cameras = ["entrance", "yard", "desk"];
  const outlet = publishFaces(
    {
      broker: toBroker(readBrokerUrl(broker.url), {}, "outlet", 5),
      cameras,
      topicOf: (camera) => `faces/${camera}`,
      qos: 1,
      onSwitch: async () => undefined,
      events: false,
    },
    { ...context, fail: assert.fail } as unknown as RoleContext,
  );
  await outlet.open();
  const each = 1500;
  const send = async (camera: string) => {
    for (let count = 0; count < each; count++) await outlet.send(camera, face);
  };
  await Promise.all(cameras.map(send));
  await outlet.close(true);
  await subscriber.until(3 * each);
  assert.equal(subscriber.received.length, 3 * each);
});

for (const { protocol, option, code } of [
  { protocol: "5", option: "message_size_limit", code: "too_large" },
  { protocol: "3.1.1", option: "max_packet_size", code: "disconnected" },
] as const)
  test(`MQTT ${protocol}: a face that the broker does not take is dropped and counted, the others arrive`, {
    skip,
  }, async (t) => {
    const broker = await startMosquitto({ maxQueued: 0, lines: [`${option} 20000`] });
    t.after(() => broker.stop());
    const subscriber = await Subscriber.at(t, broker.url, "faces/#");
    const { log } = await keptLog();
    const metrics = await createMetrics();
    const never = new AbortController().signal;
    const context = { log, metrics, labels: {}, health: new Health(), stop: never, deadline: never };
    const failures: Error[] = [];
    const outlet = publishFaces(
      {
        broker: toBroker(readBrokerUrl(broker.url), { protocol }, "outlet", 5),
        topicOf: (camera) => `faces/${camera}`,
        cameras: ["a"],
        qos: 1,
        onSwitch: async () => undefined,
        events: false,
      },
      { ...context, fail: (error: Error) => failures.push(error) } as unknown as RoleContext,
    );
    await outlet.open();
    await outlet.send("a", { ...face, picture: Buffer.concat([picture, Buffer.alloc(223_000)]) });
    for (let count = 0; count < 600; count++) await outlet.send("a", face);
    assert.equal(await outlet.close(true), 600);
    assert.match(failures.join(), /1 faces were dropped/);
    await subscriber.until(600);
    const dropped = await metrics.registry.getSingleMetricAsString("facepipe_dropped_total");
    assert.match(dropped, new RegExp(`reason="${code}"} 1$`, "m"));
  });
