import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceFor, type Checked } from "../../../src/roles/camera-check/advice.ts";
import type { FaceMeasurement, StreamMeasurement } from "../../../src/vision/measurement.ts";
import type { StreamFormat, VisionSettings } from "../../../src/vision/types.ts";
import { settings } from "../../vision/harness.ts";

const yunet = { name: "yunet", model: "m.onnx", width: 320 } as const;

interface Change {
  readonly settings?: Partial<VisionSettings>;
  readonly format?: Partial<StreamFormat>;
  readonly stream?: Partial<StreamMeasurement>;
  readonly picture?: Partial<StreamMeasurement["picture"]>;
  readonly faces?: Partial<FaceMeasurement>;
  readonly live?: boolean;
  readonly contentType?: string;
  readonly modelMissing?: boolean;
}

/** The advice about a camera that is good in every other respect. */
function advice(change: Change): string[] {
  const size = { width: 1280, height: 720, ...change.stream };
  const { width, height } = size;
  const format = { codec: "h264", width, height, rate: 25, ...change.format };
  const picture = { light: 120, contrast: 50, sharpness: 400, ...change.picture };
  const stream = {
    frames: 125,
    damaged: 0,
    seconds: 5,
    rate: 25,
    cpuMs: 5,
    ...size,
    ...change.stream,
    picture,
  };
  const none = { detector: "yunet", pictures: 8, withFaces: 8, most: 1, sizes: [90], missed: [], cpuMs: 8 };
  const checked: Checked = {
    settings: settings("rtsp://entrance.local/stream", { detector: yunet, ...change.settings }),
    info: { live: change.live ?? true, stream: format },
    format,
    stream,
    faces: { ...none, ...change.faces },
    contentType: change.contentType,
    modelMissing: change.modelMissing ?? false,
  };
  return adviceFor(checked);
}

test("a good camera needs no advice, with a face or without one", () => {
  assert.deepEqual(advice({}), []);
  assert.deepEqual(advice({ faces: { withFaces: 0, most: 0, sizes: [] } }), []);
  assert.deepEqual(advice({ stream: { width: 1920, height: 1080 } }), []);
});

const cases: readonly (readonly [string, Change, RegExp])[] = [
  [
    "4K",
    { stream: { width: 3840, height: 2160 }, format: { codec: "hevc" } },
    /^this is 4K H\.265: name the camera's sub-stream/,
  ],
  [
    "more than Full HD",
    { stream: { width: 2560, height: 1440 } },
    /^this is 2560x1440 H\.264: name the camera's sub-stream/,
  ],
  [
    "a file in 4K",
    { live: false, stream: { width: 4096, height: 2160 } },
    /^this is 4K H\.264: record the camera's sub-stream/,
  ],
  ["black", { picture: { light: 2, contrast: 1, sharpness: 0 } }, /^the picture is black/],
  ["dark", { picture: { light: 25, contrast: 12, sharpness: 5 } }, /^the picture is dark/],
  ["one colour", { picture: { light: 128, contrast: 2, sharpness: 1 } }, /^the picture has one colour/],
  ["overexposed", { picture: { light: 240, contrast: 20 } }, /^the picture is overexposed/],
  ["blurred", { picture: { sharpness: 9 } }, /^the picture is blurred/],
  ["slow, less than claimed", { stream: { rate: 2 } }, /^only 2 frames\/s.*claims 25: check the network/],
  [
    "slow, as claimed",
    { stream: { rate: 2 }, format: { rate: 2 } },
    /^only 2 frames\/s.*raise its frame rate/,
  ],
  [
    "decoding",
    { stream: { cpuMs: 60 } },
    /^at 25 frames\/s this takes 1\.7 cores.*sub-stream.*MJPEG.*hardware/,
  ],
  [
    "decoding that gets all there is",
    { stream: { rate: 12, cpuMs: 80 } },
    /^at 25 frames\/s this takes 2\.2 cores/,
  ],
  ["decoding MJPEG", { stream: { cpuMs: 60 }, format: { codec: "mjpeg" } }, /^at 25.*(?!MJPEG).*hardware/],
  ["detection", { faces: { cpuMs: 60 } }, /lower --fps or --detect-width$/],
  [
    "the Haar cascade's detection",
    { faces: { cpuMs: 90 }, settings: { detector: { name: "haar" } } },
    /lower --fps, or use --detector yunet$/,
  ],
  [
    "small faces",
    { faces: { missed: [18, 30], sizes: [] } },
    /^2 faces of 18 to 30 px are too small.*use --min-face 18 and --detect-width 864, or bring the camera nearer$/,
  ],
  [
    "a face that is small for the width",
    { faces: { missed: [30] } },
    /^1 face of 30 px is too small.*use --detect-width 512$/,
  ],
  ["a single picture", { contentType: "image/jpeg" }, /^this URL is a single picture/],
  [
    "no model",
    { modelMissing: true, settings: { detector: { name: "haar" } } },
    /^the Haar cascade misses.*--detector yunet/,
  ],
];

for (const [what, change, expected] of cases)
  test(`advice: ${what}`, () => {
    const [only = "", ...more] = advice(change);
    assert.match(only, expected);
    assert.deepEqual(more, []);
  });

test("--fps limits what detection costs", () => {
  assert.deepEqual(advice({ faces: { cpuMs: 60 }, settings: { fps: 5 } }), []);
});
