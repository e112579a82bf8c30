import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../src/base/errors.ts";
import { freePort } from "../../../support/ports.ts";
import { jpegFrames, never, settings, visionFor } from "../../harness.ts";
import { mjpegServer } from "./mjpeg-server.ts";

const quick = { stallSeconds: 2, restart: { min: 20, max: 200 } };

test("a network camera is live, and reconnects after it was away", async (t) => {
  const frames = await jpegFrames(t, 5);
  let server = await mjpegServer(frames, 20);
  t.after(() => server.close());
  const { vision, reopened, restarts } = await visionFor(t, settings(server.url), quick);
  assert.equal((await vision.open(never)).live, true);
  let last = -1;
  let away = false;
  for await (const { frames: analyzed, faces } of vision.batches()) {
    const index = analyzed.at(-1)?.index ?? last;
    assert.ok(index > last, `${index} after ${last}`);
    last = index;
    assert.equal(faces.length, 1);
    if (index >= 5 && !away) {
      away = true;
      await server.close();
      server = await mjpegServer(frames, 20, server.port);
    }
    if (reopened()) break;
  }
  assert.ok(restarts() >= 1);
});

test("a network camera that sends nothing is opened again", async (t) => {
  const frames = await jpegFrames(t, 5);
  const server = await mjpegServer(frames, 20);
  t.after(() => server.close());
  const { vision, reported, restarts } = await visionFor(t, settings(server.url), quick);
  await vision.open(never);
  server.mute();
  for await (const _ of vision.batches()) if (restarts() > 0) break;
  assert.match(reported().join(""), /delivered no frame within 2 s/);
});

test("a port without a listener is unreachable; a server without a stream is refused", async (t) => {
  const server = await mjpegServer([], 1);
  t.after(() => server.close());
  const reason = async (url: string) => {
    const { vision } = await visionFor(t, settings(url));
    const error = await vision.open(never).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof UserError, String(error));
    return error;
  };
  const nobody = await reason(`rtsp://user:secret@127.0.0.1:${await freePort()}/video`);
  assert.equal(nobody.exitCode, 2);
  assert.match(nobody.message, /cannot be reached: the connection was refused \(ECONNREFUSED\)/);
  assert.equal(nobody.code, "CAMERA_UNREACHABLE");
  assert.doesNotMatch(nobody.sentence, /secret/);
  const unclear = await reason("rtsp://user:sec#ret@127.0.0.1/video");
  assert.match(unclear.sentence, /not a valid one.*# as %23/);
  assert.doesNotMatch(unclear.sentence, /sec|ret@/);
  const other = await reason(server.url.replace("video", "other"));
  assert.equal(other.exitCode, 1);
  assert.match(other.message, /answers but delivers no video \(.*404/);
});
