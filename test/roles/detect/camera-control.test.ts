import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { CameraControl } from "../../../src/roles/detect/camera-control.ts";
import { brokerAt, WatchedConnection } from "../../mqtt/fixture.ts";
import { clientAt, Subscriber } from "../../pipeline/client.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { startForbiddingBroker } from "../../support/forbidding-broker.ts";
import { untilMetrics } from "../../support/metrics.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import type { MosquittoOptions } from "../../support/mosquitto-config.ts";
import { freePort } from "../../support/ports.ts";

const skip = mosquittoMissing() ?? false;
const live = ["--camera", "synthetic:faces=1,size=160x120,fps=20", "--detector", "haar", "--every-frame"];

async function brokerFor(t: TestContext, options: MosquittoOptions = {}) {
  const broker = await startMosquitto({ maxQueued: 0, ...options });
  t.after(() => broker.stop());
  const client = await clientAt(t, broker.url);
  const set = (camera: string, text: string, retain = true) =>
    client.publishAsync(`facepipe/cameras/${camera}/set`, text, { qos: 1, retain });
  return { broker, set };
}

/** Resolves when the last state is `text`. */
async function untilState(states: Subscriber, text: string): Promise<void> {
  while (states.texts.at(-1) !== text) await states.until(states.received.length + 1);
}

for (const protocol of ["5", "3.1.1"])
  test(`OFF pauses a camera and ON resumes it, with MQTT ${protocol}: metrics, health, log and state tell`, {
    skip,
  }, async (t) => {
    const { broker, set } = await brokerFor(t);
    const states = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
    const faces = await Subscriber.at(t, broker.url, "faces/#");
    const http = `127.0.0.1:${await freePort()}`;
    const name = "the door é";
    const args = ["--broker", broker.url, "--protocol", protocol, "--name", name, "--http", http];
    const detect = startFacepipe(t, ["detect", ...live, "--emit", "best", "--stall-timeout", "5", ...args]);
    await untilState(states, "ON");
    assert.equal(states.received[0]?.topic, `facepipe/cameras/${name}/state`);
    const metric = (value: number) => new RegExp(`facepipe_camera_paused\\{camera="${name}"\\} ${value}`);
    await untilMetrics(`http://${http}`, /facepipe_visits_total\{.*\} [1-9]/);
    await untilMetrics(`http://${http}`, metric(0));
    await set(name, "OFF");
    await untilState(states, "OFF");
    // The visit of the face that is there has ended.
    await faces.until(1);
    await untilMetrics(`http://${http}`, metric(1));
    assert.equal((await fetch(`http://${http}/healthz`)).status, 200);
    await set(name, "ON\n");
    await untilState(states, "ON");
    await detect.event("camera_resumed", { camera: name });
    await untilMetrics(`http://${http}`, /facepipe_visits_total\{.*\} [2-9]/);
    await untilMetrics(`http://${http}`, /facepipe_vision_restarts_total\{.*\} 0/);
    assert.deepEqual(await detect.stop(), { code: 0, signal: null }, detect.stderr);
    assert.equal(detect.events("camera_paused", { camera: name }).length, 1);
    assert.equal(detect.events("camera_lost").length, 0);
    const retained = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
    await retained.until(1);
    assert.deepEqual([retained.received[0]?.retain, retained.texts[0]], [true, "ON"]);
  });

for (const spool of [false, true])
  test(`a retained OFF holds before the first face${spool ? ", with a spool" : ""}; other cameras go on`, {
    skip,
  }, async (t) => {
    const { broker, set } = await brokerFor(t);
    await set("left", "off");
    const heard = await Subscriber.at(t, broker.url, "#");
    const cameras = [...live, ...live.slice(0, 2), "--name", "left", "--name", "right"];
    const where = spool ? ["--spool", join(emptyFolder(t), "spool"), "--spool-until", "broker"] : [];
    const detect = startFacepipe(t, ["detect", ...cameras, "--broker", broker.url, ...where]);
    const countOf = (camera: string) =>
      heard.received.filter(({ topic }) => topic === `faces/${camera}`).length;
    while (countOf("right") < 20) await heard.until(heard.received.length + 1);
    assert.equal(countOf("left"), 0);
    await set("left", "on");
    while (countOf("left") < 1) await heard.until(heard.received.length + 1);
    await detect.stop();
    // Numbered from 1: none was made and discarded.
    const [first] = heard.received.filter(({ topic }) => topic === "faces/left");
    const decoded = decodeMessage(first?.payload as Buffer);
    assert.ok(decoded.kind === "face" && decoded.facts.seq === 1);
    const states = heard.received.filter(({ topic }) => topic === "facepipe/cameras/left/state");
    assert.equal(states[0]?.payload.toString(), "OFF");
  });

test("a recording that is paused loses no face, and is not finished", { skip }, async (t) => {
  const { broker, set } = await brokerFor(t);
  const faces = await Subscriber.at(t, broker.url, "faces/#");
  const states = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
  await set("film", "OFF");
  const scene = ["--camera", "synthetic:faces=1,seconds=4,pace=off,seed=3", "--name", "film"];
  const detect = startFacepipe(t, ["detect", ...scene, "--detector", "haar", "--broker", broker.url]);
  await untilState(states, "OFF");
  assert.equal(faces.received.length, 0);
  await set("film", "ON");
  await faces.until(10);
  await set("film", "OFF");
  await untilState(states, "OFF");
  assert.equal(detect.running, true);
  await set("film", "ON");
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
  const [, found] = /120 frames, (\d+) faces/.exec(detect.stderr) ?? [];
  assert.ok(Number(found) > 100, detect.stderr);
  await faces.until(Number(found));
});

test("the broker is away and back: a camera that was switched meanwhile follows, and the state is told", {
  skip,
}, async (t) => {
  const { broker, set } = await brokerFor(t, { persistence: true });
  const states = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
  const detect = startFacepipe(t, ["detect", ...live, "--name", "door", "--broker", broker.url]);
  await untilState(states, "ON");
  // The camera goes on without a broker; detect connects again after it was switched.
  detect.signal("SIGSTOP");
  await broker.restart();
  await set("door", "OFF");
  detect.signal("SIGCONT");
  await untilState(states, "OFF");
  await detect.event("camera_paused", { camera: "door" });
  await broker.restart();
  const again = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
  await detect.eventTimes("connected", 3);
  await again.until(2);
  assert.deepEqual(new Set(again.texts), new Set(["OFF"]));
  assert.equal(detect.events("camera_paused").length, 1);
});

test("what is neither ON nor OFF changes nothing, with one warning", { skip }, async (t) => {
  const { broker, set } = await brokerFor(t);
  const states = await Subscriber.at(t, broker.url, "facepipe/cameras/+/state");
  const detect = startFacepipe(t, ["detect", ...live, "--name", "door", "--broker", broker.url]);
  await untilState(states, "ON");
  const garbage = ["", " \n", "false", "0", "OFFF", "{}", "\0", "OFF".repeat(1000), '"OFF"'];
  for (const text of garbage) await set("door", text);
  await set("window", "OFF");
  await set("door", "OFF", false);
  await untilState(states, "OFF");
  for (const text of garbage) await set("door", text);
  await set("door", "ON");
  await untilState(states, "ON");
  assert.deepEqual(states.texts, ["ON", "OFF", "ON"]);
  await detect.stop();
  const warnings = detect.events("camera_warning");
  assert.deepEqual(
    warnings.map(({ msg }) => msg),
    ['facepipe/cameras/door/set has "false", which is neither ON nor OFF: the camera goes on'],
  );
});

test("a broker that does not allow it gets the faces all the same", { skip }, async (t) => {
  const { broker } = await brokerFor(t, { acl: ["topic write faces/#", "topic read $SYS/#"] });
  const detect = startFacepipe(t, [
    ...["detect", "--camera", "synthetic:faces=1,seconds=2,pace=off", "--detector", "haar"],
    ...["--broker", broker.url],
  ]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
  const [warning, ...more] = detect.events("broker_feature_missing");
  assert.match(
    warning?.msg ?? "",
    /does not tell its state: .* publish to facepipe\/cameras\/synthetic\/state/,
  );
  assert.deepEqual(more, []);
});

for (const [what, forbidden] of [
  ["refuses the subscription", /cameras\/.*set/],
  ["ends the connection at the state", /cameras\/.*state/],
  ["refuses one and ends the connection at the other", /cameras/],
] as const)
  test(`a broker that ${what} gets the faces all the same`, async (t) => {
    const url = await startForbiddingBroker(t, forbidden);
    const faces = await Subscriber.at(t, url, "faces/#", { protocolVersion: 4 });
    const scene = ["--camera", "synthetic:faces=1,seconds=2,seed=3,pace=off", "--detector", "haar"];
    const detect = startFacepipe(t, ["detect", ...scene, "--broker", url]);
    assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
    const [, found] = /60 frames, (\d+) faces/.exec(detect.stderr) ?? [];
    await faces.until(Number(found), "different");
    const isRefused = what.startsWith("refuses");
    assert.equal(
      detect.events("broker_feature_missing", { msg: /cannot be paused/ }).length,
      isRefused ? 1 : 0,
    );
  });

test("a broker that ends the connection at the subscription is connected to without, then tried again", async (t) => {
  const url = new URL(await startForbiddingBroker(t, /^$/, /cameras\/.*set/));
  const connection = await WatchedConnection.make(t, brokerAt(Number(url.port), { version: "3.1.1" }));
  connection.add(new CameraControl(connection, ["door"], assert.fail));
  await connection.start(new AbortController().signal);
  assert.ok(connection.link?.client.connected);
  // The next attempt ends this connection.
  await connection.until(false);
  await connection.until(true);
  assert.deepEqual(connection.fatal, []);
});
