import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { Ear } from "../../pipeline/client.ts";
import { foretell } from "../../pipeline/pipeline.ts";
import { facepipe } from "../../pipeline/program.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";

const skip = mosquittoMissing() ?? false;
const scene = "synthetic:faces=1,seconds=2,seed=3,pace=off";

test("each face is one message: topic, content type and facts; then a summary and the end", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ maxQueued: 0 });
  t.after(() => broker.stop());
  const foretold = await foretell(t, scene);
  const ear = await Ear.at(t, broker.url, "site/#");
  const where = ["--broker", broker.url, "--topic", "site/{camera}/faces", "--qos", "2"];
  const detect = facepipe(t, ["detect", "--camera", scene, "--name", "door", ...where]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.err);
  assert.match(detect.err, new RegExp(`60 frames, ${foretold.length} faces`));
  await ear.until(foretold.length);
  for (const [at, { topic, payload, properties }] of ear.heard.entries()) {
    assert.equal(topic, "site/door/faces");
    assert.equal(properties?.contentType, "image/png");
    const decoded = decodeMessage(payload as Buffer);
    assert.ok(decoded.kind === "face");
    assert.deepEqual([decoded.facts.seq, decoded.facts.camera], [at + 1, "door"]);
  }
  assert.equal(ear.heard.length, foretold.length);
});

test("the broker is killed and started again while detect runs: everything is acknowledged in the end", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const ear = await Ear.at(t, broker.url, "faces/#");
  const detect = facepipe(t, ["detect", "--broker", broker.url, "--camera", "synthetic:faces=1,seconds=4"]);
  await ear.until(20);
  broker.pause();
  const lost = detect.err.length;
  await broker.kill();
  await detect.logged(/lost the connection/, lost);
  await broker.restart();
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.err);
  assert.match(detect.err.slice(lost), /connected to/);
  assert.match(detect.err, /120 frames, \d+ faces/);
});

test("stopped, it says goodbye with what it has done", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const ear = await Ear.at(t, broker.url, "faces/#");
  const detect = facepipe(t, ["detect", "--broker", broker.url, "--camera", "synthetic:faces=1"]);
  await ear.until(5);
  assert.deepEqual(await detect.stop(), { code: 0, signal: null });
  const [, faces] = /\d+ frames, (\d+) faces/.exec(detect.err) ?? [];
  await ear.until(Number(faces));
  assert.equal(ear.heard.length, Number(faces));
});

test("--limit ends after so many faces, --dry-run needs no broker", async (t) => {
  const lines = await foretell(t, scene, "--limit", "7");
  assert.equal(lines.length, 7);
  const [first] = lines;
  assert.deepEqual(Object.keys(first ?? {}), [
    "camera",
    "frame",
    "capturedAt",
    "box",
    "score",
    "detector",
    "visit",
    "quality",
  ]);
});

test("a camera that is none, and a broker that is none, are told with their exit codes", async (t) => {
  const missing = facepipe(t, ["detect", "--camera", "/no/such/film.mp4"]);
  assert.equal((await missing.ended).code, 1);
  assert.match(missing.err, /^facepipe: .*no\/such\/film\.mp4/m);
  const nobody = ["--broker", "mqtt://127.0.0.1:1", "--connect-timeout", "1"];
  const alone = facepipe(t, ["detect", "--camera", scene, ...nobody]);
  assert.equal((await alone.ended).code, 2);
  assert.match(alone.err, /^facepipe: cannot connect to mqtt:\/\/127\.0\.0\.1:1: nobody listens/m);
});
