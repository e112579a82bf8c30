import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { Subscriber } from "../../pipeline/client.ts";
import { dryRunKeys, expectedFaces } from "../../pipeline/pipeline.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";

const skip = mosquittoMissing() ?? false;
const scene = "synthetic:faces=1,seconds=2,seed=3,pace=off";

test("each face is one message: topic, content type and facts; then a summary and the end", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const expected = await expectedFaces(t, scene);
  const subscriber = await Subscriber.at(t, broker.url, "site/#");
  const where = ["--broker", broker.url, "--topic", "site/{camera}/faces", "--qos", "2"];
  const detect = startFacepipe(t, ["detect", "--camera", scene, "--name", "entrance", ...where]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
  assert.match(detect.stderr, new RegExp(`60 frames, ${expected.length} faces`));
  await subscriber.until(expected.length);
  for (const [at, { topic, payload, properties }] of subscriber.received.entries()) {
    assert.equal(topic, "site/entrance/faces");
    assert.equal(properties?.contentType, "image/png");
    const decoded = decodeMessage(payload as Buffer);
    assert.ok(decoded.kind === "face");
    assert.deepEqual([decoded.facts.seq, decoded.facts.camera], [at + 1, "entrance"]);
  }
  assert.equal(subscriber.received.length, expected.length);
});

test("the broker is killed and started again while detect runs: every face is acknowledged in the end", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const subscriber = await Subscriber.at(t, broker.url, "faces/#");
  const detect = startFacepipe(t, [
    "detect",
    "--broker",
    broker.url,
    "--camera",
    "synthetic:faces=1,seconds=4",
  ]);
  await subscriber.until(20);
  broker.pause();
  const lost = detect.log.length;
  await broker.kill();
  await detect.event("connection_lost", {}, lost);
  await broker.restart();
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
  assert.equal(detect.events("connected", {}, lost).length, 1);
  assert.match(detect.stderr, /120 frames, \d+ faces/);
});

test("stopped, it delivers what it found and logs a summary", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const subscriber = await Subscriber.at(t, broker.url, "faces/#");
  const detect = startFacepipe(t, ["detect", "--broker", broker.url, "--camera", "synthetic:faces=1"]);
  await subscriber.until(5);
  assert.deepEqual(await detect.stop(), { code: 0, signal: null });
  const [, faces] = /\d+ frames, (\d+) faces/.exec(detect.stderr) ?? [];
  await subscriber.until(Number(faces));
  assert.equal(subscriber.received.length, Number(faces));
});

test("--limit ends it after that many faces, --dry-run needs no broker", async (t) => {
  const lines = await expectedFaces(t, scene, "--limit", "7");
  assert.equal(lines.length, 7);
  const [first] = lines;
  assert.deepEqual(Object.keys(first ?? {}), dryRunKeys);
});

test("a missing video and a missing broker end it, each with its exit code", async (t) => {
  const missing = startFacepipe(t, ["detect", "--camera", "/no/such/film.mp4"]);
  assert.equal((await missing.ended).code, 1);
  assert.match(missing.stderr, /^facepipe: .*no\/such\/film\.mp4/m);
  const nobody = ["--broker", "mqtt://127.0.0.1:1", "--connect-timeout", "1"];
  const alone = startFacepipe(t, ["detect", "--camera", scene, ...nobody]);
  assert.equal((await alone.ended).code, 2);
  assert.match(alone.stderr, /^facepipe: cannot connect to mqtt:\/\/127\.0\.0\.1:1: nobody listens/m);
});
