import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadOpenCv } from "../../../../src/vision/worker/opencv.ts";
import { errorsIn } from "../../../../src/vision/worker/sources/gst-log.ts";
import { gstRemedy } from "../../../../src/vision/worker/sources/gst-remedies.ts";
import { emptyFolder } from "../../../support/folder.ts";
import { playing, rtspServer, withoutRtsp } from "../../../support/rtsp-server.ts";
import { analyze, never, settings, visionFor } from "../../harness.ts";
import { cameraFor } from "./cameras/camera-for.ts";
import { cameraVideo, ffmpeg, withoutFfmpeg } from "./cameras/video.ts";

const hasGstreamer = /GStreamer:\s+YES/.test(loadOpenCv().getBuildInformation());
const skip = hasGstreamer ? false : "needs an OpenCV with GStreamer (Debian: libopencv-dev)";

/** Two seconds of the synthetic camera, with a face in each of the 60 frames. */
async function video(t: TestContext): Promise<string> {
  const path = join(await emptyFolder(t), "it's a video.mkv");
  ffmpeg(["-t", "2", "-i", cameraVideo(), "-c", "copy", path]);
  return path;
}

test("a pipeline that reads a file delivers every frame, and ends", {
  skip: skip || withoutFfmpeg,
}, async (t) => {
  const path = await video(t);
  for (const rest of ["", " ! videoconvert ! appsink", " ! videoconvert ! appsink name=mine sync=false"]) {
    const { info, frames: analyzed } = await analyze(
      t,
      settings(`gst:filesrc location="${path}" ! decodebin${rest}`),
    );
    assert.equal(info.live, false);
    assert.equal(analyzed.length, 60);
    assert.ok(analyzed.filter(({ faces }) => faces.length === 1).length > 50);
  }
});

test("grey pictures and JPEGs of an appsink are read too", { skip }, async (t) => {
  for (const rest of [
    "video/x-raw,format=GRAY8 ! appsink",
    "jpegenc",
    "jpegenc ! queue ! appsink",
    "videoscale",
  ]) {
    const { frames: analyzed } = await analyze(t, settings(`gst:videotestsrc num-buffers=7 ! ${rest}`));
    assert.equal(analyzed.length, 7, rest);
  }
});

test("why a pipeline does not work is said, with what to do", { skip }, async (t) => {
  const cases = [
    ["nosuchelement ! jpegdec", "PIPELINE_INVALID", /no element "nosuchelement"/, /spelling/],
    ["videotestsrc ! avdec_nothing", "PIPELINE_INVALID", /no element/, /gstreamer1.0-libav/],
    ["videotestsrc ! ! jpegdec", "PIPELINE_INVALID", /syntax error/, /gst-launch-1.0/],
    ["videotestsrc colour=red", "PIPELINE_INVALID", /no property "colour"/, /gst-launch-1.0/],
    ["videotestsrc ! fakesink", "PIPELINE_INVALID", /could not link/, /must go/],
    ["videotestsrc ! video/x-raw,format=NV12 ! appsink", "PIPELINE_INVALID", /neither BGR, grey/, /appsink/],
    ["filesrc location=/no/such.mp4 ! decodebin", "CAMERA_NOT_OPENED", /not found/i, /name of the file/],
    ["v4l2src device=/dev/video987", "CAMERA_NOT_OPENED", /video987/, /device/],
    ["videotestsrc num-buffers=9 ! identity error-after=5", "CAMERA_NO_FRAMES", /as requested/, /gst-launch/],
  ] as const;
  for (const [pipeline, code, message, remedy] of cases)
    await assert.rejects(
      analyze(t, settings(`gst:${pipeline}`)),
      (error: { code: string; message: string; remedy: string }) => {
        assert.equal(error.code, code, pipeline);
        assert.match(error.message, message);
        assert.match(error.remedy, remedy);
        // OpenCV's own lines say nothing more.
        assert.doesNotMatch(error.message, /OpenCV|cap_gstreamer/);
        return true;
      },
    );
});

test("a pipeline that never delivers a frame is given up", { skip }, async (t) => {
  const waits = createServer();
  waits.listen(0, "127.0.0.1");
  t.after(() => waits.close().closeAllConnections());
  await new Promise((resolve) => waits.once("listening", resolve));
  const { port } = waits.address() as { port: number };
  const camera = `gst:tcpclientsrc host=127.0.0.1 port=${port} ! jpegdec`;
  const { vision } = await visionFor(t, settings(camera), { openSeconds: 3 });
  await assert.rejects(
    vision.open(never),
    /the camera gst:tcpclientsrc ! jpegdec delivered no frame within 3 s/,
  );
});

test("a pipeline of an RTSP camera is live, and opened again when the camera was away", {
  skip: skip || withoutFfmpeg || withoutRtsp(),
}, async (t) => {
  const stream = playing(cameraVideo());
  const login = { user: "eve", password: "s3cret-pa55" };
  let camera = await rtspServer(stream, { login });
  t.after(() => camera.kill());
  const source = `rtspsrc location=${camera.url} user-id=eve user-pw=${login.password} latency=0`;
  const { vision, lines, reopened } = await cameraFor(
    t,
    `gst:${source} ! rtph264depay ! h264parse ! decodebin`,
  );
  assert.equal((await vision.open(never)).live, true);
  let away = false;
  for await (const { faces } of vision.batches()) {
    if (faces.length > 0 && !away) {
      away = true;
      await camera.kill();
      camera = await rtspServer(stream, { port: camera.port, login });
    }
    if (reopened() && faces.length > 0) break;
  }
  assert.doesNotMatch(lines.join(""), /s3cret/);
});

test("the causes in GStreamer's log come first, once each", () => {
  const line = (text: string) =>
    `0:00:00.02 316  0x7f9 INFO  GST_ERROR_SYSTEM gstelement.c:2308:gst_full:<filesrc0> posted error message: ${text}`;
  const parse =
    '0:00:00.01 317 0x28 ERROR GST_PIPELINE gst/parse/grammar.y:623:make: no property "a" in element "b"';
  const log = [line("Internal data stream error."), line("Not found: a"), line("Not found: a"), parse].join(
    "\n",
  );
  assert.deepEqual(errorsIn(log), ["Not found: a", 'no property "a" in element "b"']);
  assert.deepEqual(errorsIn(line("Internal data stream error.")), ["Internal data stream error."]);
  assert.deepEqual(errorsIn("0:00:00.01 3 0x2 WARN v4l2 x.c:1:f: posted nothing"), []);
});

test("a missing element is named with Debian's package that has it", () => {
  const packages = {
    avdec_h264: "gstreamer1.0-libav",
    libcamerasrc: "gstreamer1.0-libcamera",
    vaapih264dec: "gstreamer1.0-vaapi",
    v4l2h264dec: "gstreamer1.0-plugins-good",
    rtspsrc: "gstreamer1.0-plugins-good",
    qtdemux: "gstreamer1.0-plugins-good",
    h264parse: "gstreamer1.0-plugins-bad",
    vah264dec: "gstreamer1.0-plugins-bad",
    videoconvert: "gstreamer1.0-plugins-base",
    nvarguscamerasrc: "nvidia-l4t-gstreamer",
  };
  for (const [element, name] of Object.entries(packages))
    assert.ok(gstRemedy(`no element "${element}"`).includes(name), element);
});
