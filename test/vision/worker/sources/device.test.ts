import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { WebcamRequest } from "../../../../src/vision/types.ts";
import { openDevice } from "../../../../src/vision/worker/sources/device.ts";
import { liveSource } from "../../../../src/vision/worker/sources/live.ts";
import { emptyFolder } from "../../../support/folder.ts";
import { type Camera, cvWith } from "./webcam.ts";

const mjpeg = [{ format: "MJPG", width: 1280, height: 720, rate: 30 }] as const;
const both = [...mjpeg, { format: "YUYV", width: 640, height: 480, rate: 30 }] as const;

/** Opens a stand-in; the device is a file that may be read and written. */
async function open(t: TestContext, camera: Camera, request?: WebcamRequest) {
  const path = join(await emptyFolder(t), "video9");
  writeFileSync(path, "");
  const { cv, opened } = cvWith(camera);
  return { ...openDevice(cv, { path }, request), opened };
}

test("the JPEGs of a webcam come undecoded, and are decoded into pictures", async (t) => {
  const capture = await open(t, { modes: both });
  assert.deepEqual(capture.stream, { codec: "mjpeg", width: 1280, height: 720, rate: 30 });
  assert.ok(capture.video.grab());
  const picture = capture.picture();
  assert.deepEqual([picture.isDecoded, picture.size], [false, { width: 1280, height: 720 }]);
  const { mat, reduction } = picture.at(8);
  assert.deepEqual([reduction, mat.cols, mat.rows, mat.channels], [8, 160, 90, 3]);
});

test("raw pictures come as OpenCV converts them", async (t) => {
  const capture = await open(t, { modes: both }, { format: "yuyv" });
  assert.deepEqual(capture.stream, { codec: "yuyv", width: 640, height: 480, rate: 30 });
  assert.ok(capture.video.grab());
  const { mat } = capture.picture().at(8);
  assert.deepEqual([mat.cols, mat.rows, mat.channels], [640, 480, 3]);
});

test("the size is that of the first picture, not what the driver tells", async (t) => {
  for (const fault of ["delivers another size", "tells nonsense"] as const) {
    const { stream } = await open(t, { modes: mjpeg, fault });
    assert.deepEqual([stream?.width, stream?.height], fault === "tells nonsense" ? [1280, 720] : [640, 360]);
  }
});

test("a webcam that delivers nothing once it was set is opened again as it is", async (t) => {
  for (const fault of ["stops when it is set", "delivers no JPEG"] as const) {
    const { stream, video, picture, opened } = await open(t, { modes: both, fault });
    assert.deepEqual([stream?.width, stream?.height, stream?.codec], [640, 480, "yuyv"], fault);
    assert.ok(video.grab());
    assert.equal(picture().at(1).mat.cols, 640);
    assert.deepEqual(
      opened.map(({ isReleased }) => isReleased),
      [true, false],
    );
  }
});

test("a webcam without a single picture is an error, and is left closed", async (t) => {
  const path = join(await emptyFolder(t), "video9");
  writeFileSync(path, "");
  const { cv, opened } = cvWith({ modes: both, fault: "delivers nothing" });
  assert.throws(() => openDevice(cv, { path }), { code: "CAMERA_NO_FRAMES" });
  assert.ok(opened.every(({ isReleased }) => isReleased));
});

test("a live source tells what the webcam delivers, and delivers pictures", async (t) => {
  const { opened: _, ...capture } = await open(t, { modes: both });
  const source = liveSource(capture, "video9");
  assert.deepEqual(source.info.stream, { codec: "mjpeg", width: 1280, height: 720, rate: 30 });
  const frame = await source.read();
  assert.deepEqual(frame?.picture.size, { width: 1280, height: 720 });
  source.close();
});
