import assert from "node:assert/strict";
import { test } from "node:test";
import { captureOptions } from "../../../src/roles/detect/options.ts";
import { fileKeyOf } from "../../../src/settings/names.ts";
import { ConfigFolder } from "../../support/config.ts";

const text = `
fps: 1
color: true
detect:
  fps: 2
  mask: ["0,0 1,0 1,1"]
  cameras:
    - camera: 0
    - { name: door, camera: synthetic, fps: 3, mask: [], color: false }
    - { name: yard, camera: holiday.mp4, mask: ["0,0 0.5,0 0.5,1", "1,1 1,0 0.5,1"], limit: 4, loop: true }
`;

test("a camera's own settings, else those of the section and of the top", (t) => {
  const { cameras } = new ConfigFolder(t).read(text, "detect");
  const shown = cameras.map(({ camera, name, fps, color, mask, limit, loop }) => ({
    ...{ camera, name, fps, color, limit, loop },
    masks: (mask as unknown[]).length,
  }));
  const common = { limit: undefined, loop: false };
  assert.deepEqual(shown, [
    { camera: ["0"], name: [], fps: 2, color: true, ...common, masks: 1 },
    { camera: ["synthetic"], name: ["door"], fps: 3, color: false, ...common, masks: 0 },
    { camera: ["holiday.mp4"], name: ["yard"], fps: 2, color: true, limit: 4, loop: true, masks: 2 },
  ]);
});

test("a flag or a variable holds for every camera", (t) => {
  const config = new ConfigFolder(t);
  const fps = (line: string, environment = {}) =>
    config.read(text, line, environment).cameras.map((camera) => camera["fps"]);
  assert.deepEqual(fps("detect --fps 9"), [9, 9, 9]);
  assert.deepEqual(fps("detect", { FACEPIPE_FPS: "8" }), [8, 8, 8]);
  const names = config.read(text, "detect --name a --name b --name c").cameras.map(({ name }) => name);
  assert.deepEqual(names, [["a"], ["b"], ["c"]]);
  assert.match(config.faults(text, "detect --name a").join(), /^--name must be set as often .* 1 for 3$/);
  const flags = config.read(text, "detect --camera 5 --camera 6").cameras;
  assert.deepEqual(
    flags.map((each) => [each["camera"], each["fps"], (each["mask"] as unknown[]).length]),
    [
      [["5"], 2, 1],
      [["6"], 2, 1],
    ],
  );
});

test("the innermost place that names cameras counts", (t) => {
  const config = new ConfigFolder(t);
  const sources = (file: string, line = "detect", environment = {}) =>
    config.read(file, line, environment).cameras.map(({ camera }) => camera);
  assert.deepEqual(sources("camera: [1, 2]\n"), [["1"], ["2"]]);
  assert.deepEqual(sources("cameras: [{ camera: 1 }]\ndetect: { camera: 2 }\n"), [["2"]]);
  assert.deepEqual(sources("camera: 1\ndetect: { cameras: [{ camera: 2 }] }\n"), [["2"]]);
  assert.deepEqual(sources("cameras: [{ camera: 1 }]\n", "detect", { FACEPIPE_CAMERA: "3" }), [["3"]]);
  assert.deepEqual(sources("cameras: []\n", "up"), []);
  assert.match(config.faults("cameras:\n", "detect").join(), /^--camera \(or FACEPIPE_CAMERA\) is required/);
  assert.deepEqual(sources("cameras: [{ camera: 1 }]\n", "detect --drain --spool x"), [["1"]]);
});

test("an entry takes every capture option, and faults name the entry", (t) => {
  const config = new ConfigFolder(t);
  for (const [key, option] of Object.entries(captureOptions)) {
    const name = fileKeyOf(key);
    const fault = config.faults(`cameras: [{ camera: 0, ${name}: }]\n`, "detect").join("\n");
    assert.match(fault, key === "camera" ? /camera is there twice/ : new RegExp(`\\.${name} has no value`));
    if (option.fallback !== undefined)
      assert.deepEqual(
        config.faults(`cameras: [{ camera: 0, ${name}: "${option.fallback}" }]\n`, "detect"),
        [],
      );
  }
  const one = (file: string, fault: RegExp) => {
    const faults = config.faults(file, "detect");
    assert.equal(faults.length, 1, faults.join("\n"));
    assert.match(faults[0] ?? "", fault);
  };
  one("cameras: { door: { camera: 0 } }\n", /:1: cameras: must be a list/);
  one("cameras: [0]\n", /:1: cameras\[0\]: must be a mapping/);
  one("cameras:\n  - name: a\n", /:2: cameras\[0\] has no camera/);
  one("cameras: [{ cmaera: 0 }]\n", /did you mean camera\?/);
  one("cmaeras: [{ camera: 0 }]\n", /did you mean cameras\?/);
  one("cameras: [{ camera: [0] }]\n", /cameras\[0\]\.camera: must be one value/);
  one('cameras: [{ camera: "0\\n1" }]\n', /cameras\[0\]\.camera .*must be one value/s);
  one("cameras: [{ camera: 0, topic: x }]\n", /it cannot be set for one camera alone/);
  one("cameras: [{ camera: 0, qos: 1 }]\n", /it cannot be set for one camera alone/);
  one("cameras: [{ camera: 0 }]\nname: x\n", /:2: name: cannot be set beside cameras/);
  one("camera: 0\ncameras: [{ camera: 0 }]\n", /:1: camera: cannot be set beside cameras/);
  one("cameras: [{ camera: 'rtsp://u:p#w@h' }]\n", /"rtsp:\/\/\*\*\*@h": has an @ behind/);
  one(
    `cameras: [{ camera: "gst:a password='hunter2" }]\n`,
    /"gst:a": has a quotation mark that is not closed/,
  );
  one("cameras: [{ camera: 0, align: true, detector: haar }]\n", /:1: --align needs landmarks/);
  one(
    "detect: { detector: haar, cameras: [{ camera: 0 }, { camera: 1, align: true }] }\n",
    /:1: --align needs/,
  );
});
