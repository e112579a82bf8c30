import assert from "node:assert/strict";
import { test } from "node:test";
import { cameraName } from "../../src/vision/camera-name.ts";
import {
  checkPipeline,
  pipelineForm,
  pipelineLabel,
  pipelineOf,
  withAppsink,
} from "../../src/vision/gst-pipeline.ts";

test("an appsink is added where there is none, and has the name that OpenCV looks for", () => {
  const added = "appsink name=out drop=true max-buffers=1 sync=false";
  const cases = {
    v4l2src: `v4l2src ! videoconvert ! video/x-raw,format=BGR ! ${added}`,
    "v4l2src ! image/jpeg,width=1920": `v4l2src ! image/jpeg,width=1920 ! ${added}`,
    'filesrc location="an appsink.mp4"': `filesrc location="an appsink.mp4" ! videoconvert ! video/x-raw,format=BGR ! ${added}`,
    "v4l2src ! appsink": "v4l2src ! appsink name=out",
    "v4l2src ! appsink name=mine drop=true": "v4l2src ! appsink name=out drop=true",
    "v4l2src ! appsink drop=true name=mine": "v4l2src ! appsink name=out drop=true",
    "tee name=t ! queue ! appsink t. ! fakesink": "tee name=t ! queue ! appsink name=out t. ! fakesink",
  };
  for (const [given, expected] of Object.entries(cases))
    assert.equal(withAppsink(given, "out", false), expected);
  assert.match(withAppsink("filesrc location=x", "out", true), /drop=false max-buffers=2 sync=false$/);
});

test("a pipeline that reads a file or some frames ends by itself, a camera's does not", () => {
  const ending = [
    "filesrc location=x.mp4 ! decodebin",
    "v4l2src num-buffers=100",
    "videotestsrc num-buffers = 5",
    pipelineOf("gst:file:///x/y.mp4"),
    "multifilesrc location=%d.jpg ! jpegdec",
    "souphttpsrc location=http://host/x.mp4 ! decodebin",
    'uridecodebin uri="https://host/x.mp4"',
  ];
  const endless = [
    "v4l2src",
    "libcamerasrc ! video/x-raw",
    "rtspsrc location=rtsp://host/x",
    "multifilesrc location=%d.jpg loop=true",
    "souphttpsrc location=http://host/mjpg is-live=true ! multipartdemux",
    'uridecodebin uri="rtsp://host/x"',
    "uridecodebin uri=http://host/x.m3u8",
    'v4l2src device="/dev/filesrc"',
    "v4l2src num-buffers=-1",
  ];
  for (const each of ending) assert.equal(pipelineForm(each).ends, true, each);
  for (const each of endless) assert.equal(pipelineForm(each).ends, false, each);
});

test("what is shown of a pipeline, and the camera's name, contain no value of a property", () => {
  const camera =
    "gst:rtspsrc location=rtsp://eve:s3cret@host/x user-pw='a b ! s3cret' ! rtph264depay ! video/x-raw,a=s3cret ! x";
  assert.equal(pipelineLabel(camera), "gst:rtspsrc ! rtph264depay ! ... ! x");
  assert.equal(pipelineLabel("gst:rtsp://eve:s3cret@host/x"), "gst:uridecodebin");
  assert.equal(cameraName(camera), "gst");
});

test("an empty pipeline, slashes and an open quotation mark are faults", () => {
  for (const [camera, fault] of [
    ["gst:", /names no GStreamer pipeline/],
    ["gst: ! ", /names no GStreamer pipeline/],
    ["gst://v4l2src", /without slashes/],
    ["gst:filesrc location='x.mp4", /not closed/],
  ] as const)
    assert.throws(() => checkPipeline(camera), fault);
  checkPipeline('gst:filesrc location="it\'s.mp4"');
});
