import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as detect } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadOpenCv } from "../../../../../src/vision/worker/opencv.ts";
import { openSource } from "../../../../../src/vision/worker/sources/open.ts";
import { spawnWithUs } from "../../../../support/commands.ts";
import { withoutRtsp } from "../../../../support/rtsp-server.ts";
import { readStamp } from "./stamp.ts";
import { withoutFfmpeg } from "./video.ts";

const program = fileURLToPath(new URL("./stamped-camera.ts", import.meta.url));
const fps = 30;
const reads = 15;

for (const [kind, skip] of [
  ["mjpeg", false],
  ["rtsp", withoutFfmpeg || withoutRtsp()],
] as const)
  test(`a detector that is six times slower than the ${kind} camera still gets new frames`, {
    skip,
  }, async (t) => {
    const camera = spawnWithUs(process.execPath, ["--import", "tsx", program, kind, String(fps)]);
    t.after(() => camera.kill());
    const [url] = await once(camera.stdout, "data");
    const source = await openSource(loadOpenCv(), String(url).trim(), assert.fail);
    t.after(() => source.close());
    const stamps: number[] = [];
    let dropped = 0;
    for (let read = 0; read < reads; read++) {
      const frame = await source.read();
      assert.ok(frame && frame.capturedAt <= Date.now());
      stamps.push(readStamp(frame.picture.at(1).mat));
      frame.picture.release();
      dropped += frame.dropped;
      await detect(200);
    }
    // Reading every frame would advance by one frame's time per read, however old the frames are on a busy machine.
    const advance = (stamps.at(-1) ?? 0) - (stamps[0] ?? 0);
    const everyFrame = ((reads - 1) / fps) * 1000;
    assert.ok(advance > 2 * everyFrame, `${advance} ms further, where every frame would be ${everyFrame}`);
    assert.ok(dropped > reads, `${dropped} dropped`);
  });
