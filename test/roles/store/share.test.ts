import assert from "node:assert/strict";
import { test } from "node:test";
import { Aedes } from "aedes";
import { faceMessages } from "../../pipeline/faces.ts";
import { listenOn } from "../../support/aedes-server.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { untilMetrics } from "../../support/metrics.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { checkSteps } from "../broker-check/fixture.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;
const share = ["--share", "stores", "--http", "127.0.0.1:0"];

test("with MQTT 3.1.1 a store that shares warns once, and the first message proves that it works", {
  skip,
}, async (t) => {
  const broker = await roomyBroker(t);
  const store = await storeTo(t, broker, emptyFolder(t), {}, ...share, "--protocol", "3.1.1");
  const url = await store.httpUrl();
  await untilMetrics(url, /^facepipe_share_unproven 1$/m);
  await publishFaces(t, broker, faceMessages(1));
  await store.eventTimes("object_written", 1);
  await untilMetrics(url, /^facepipe_share_unproven 0$/m);
  await broker.kill();
  await store.event("connection_lost");
  const from = store.log.length;
  await broker.restart();
  await store.event("connected", {}, from);
  assert.equal(store.events("broker_feature_missing").length, 1);
  await untilMetrics(url, /^facepipe_share_unproven 0$/m);
  assert.deepEqual(await store.stop(), { code: 0, signal: null });
});

for (const [name, options] of [
  ["MQTT 5", share],
  ["3.1.1 without --share", [...share.slice(2), "--protocol", "3.1.1"]],
] as const)
  test(`with ${name} there is nothing to warn of`, { skip }, async (t) => {
    const broker = await roomyBroker(t);
    const store = await storeTo(t, broker, emptyFolder(t), {}, ...options);
    await untilMetrics(await store.httpUrl(), /^facepipe_share_unproven 0$/m);
    assert.deepEqual(store.events("broker_feature_missing"), []);
  });

test("a broker without shared subscriptions, which accepts them: nothing is stored, with a warning", async (t) => {
  const url = await listenOn(t, await Aedes.createBroker());
  const args = ["store", "--broker", url, "--to", emptyFolder(t), ...share];
  const store = startFacepipe(t, args);
  const { msg } = await store.event("broker_feature_missing");
  assert.match(msg, /receives nothing, without an error/);
  await untilMetrics(await store.httpUrl(), /^facepipe_share_unproven 1$/m);
  const check = await checkSteps("--broker", url, "--share", "stores", "--connect-timeout", "2");
  assert.equal(check.code, 1);
  assert.equal(check.step("shared").ok, false);
});

for (const protocol of ["5", "3.1.1"])
  test(`broker-check --share with MQTT ${protocol}: Mosquitto's shared subscriptions deliver`, {
    skip,
  }, async (t) => {
    const broker = await roomyBroker(t);
    const args = ["--broker", broker.url, "--share", "stores", "--protocol", protocol];
    const { code, step, stderr } = await checkSteps(...args);
    assert.equal(code, 0, stderr);
    assert.ok(step("shared").ok);
  });
