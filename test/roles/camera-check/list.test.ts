import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { linuxCameras, macCameras } from "../../../src/vision/machine-cameras.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";

/** A folder with these files. */
function tree(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test("Linux: the nodes that capture, in the order of their numbers, with their permanent path", (t) => {
  const root = tree(emptyFolder(t), {
    "sys/class/video4linux/video10/name": "Laptop Camera\n",
    "sys/class/video4linux/video10/index": "0\n",
    "sys/class/video4linux/video2/name": "HD Pro Webcam C920\n",
    "sys/class/video4linux/video2/index": "0\n",
    // What the camera also has: metadata.
    "sys/class/video4linux/video3/name": "HD Pro Webcam C920\n",
    "sys/class/video4linux/video3/index": "1\n",
    "sys/class/video4linux/video4/name": "bcm2835-codec-decode\n",
    "sys/class/video4linux/video4/index": "0\n",
    "sys/class/video4linux/v4l-subdev0/name": "imx219 10-0010\n",
    "dev/video2": "",
    "dev/video3": "",
  });
  mkdirSync(join(root, "dev/v4l/by-id"), { recursive: true });
  symlinkSync("../../video2", join(root, "dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0"));
  symlinkSync("../../video9", join(root, "dev/v4l/by-id/gone"));
  const path = "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0";
  assert.deepEqual(linuxCameras(root), [
    { camera: path, device: "/dev/video2", name: "HD Pro Webcam C920", access: "allowed" },
    { camera: "/dev/video10", device: "/dev/video10", name: "Laptop Camera", access: "missing" },
  ]);
});

test("Linux: what udev found counts more than numbers and names", (t) => {
  const root = tree(emptyFolder(t), {
    "sys/class/video4linux/video0/name": "camera with an encoder\n",
    "sys/class/video4linux/video0/index": "1\n",
    "sys/class/video4linux/video0/dev": "81:0\n",
    "run/udev/data/c81:0": "I:1\nE:ID_V4L_CAPABILITIES=:capture:\n",
    "sys/class/video4linux/video1/name": "camera\n",
    "sys/class/video4linux/video1/index": "0\n",
    "sys/class/video4linux/video1/dev": "81:1\n",
    "run/udev/data/c81:1": "E:ID_V4L_CAPABILITIES=:\n",
  });
  assert.deepEqual(
    linuxCameras(root).map(({ device }) => device),
    ["/dev/video0"],
  );
});

test("Linux: a device that this user may not use", {
  skip: process.getuid?.() === 0 && "needs a user other than root",
}, (t) => {
  const root = tree(emptyFolder(t), { "sys/class/video4linux/video0/name": "camera\n", "dev/video0": "" });
  chmodSync(join(root, "dev/video0"), 0);
  assert.equal(linuxCameras(root)[0]?.access, "forbidden");
});

test("Linux: without Video4Linux there is no camera", (t) => {
  assert.deepEqual(linuxCameras(emptyFolder(t)), []);
});

test("macOS: the cameras of system_profiler, numbered", () => {
  const profile = {
    SPCameraDataType: [
      { _name: "FaceTime HD Camera", "spcamera_model-id": "FaceTime HD Camera", "spcamera_unique-id": "0x1" },
      { _name: "iPhone Camera" },
    ],
  };
  assert.deepEqual(macCameras(JSON.stringify(profile)), [
    { camera: "0", device: "0", name: "FaceTime HD Camera", access: "unknown" },
    { camera: "1", device: "1", name: "iPhone Camera", access: "unknown" },
  ]);
  assert.deepEqual(macCameras("{}"), []);
});

test("--list needs no camera; without one it says so, and a machine reads nothing", async (t) => {
  const text = await facepipe(t, ["camera-check", "--list"]);
  assert.deepEqual([text.code, text.stderr], [0, ""]);
  assert.match(text.stdout, /\/dev\/video\d|no camera is connected/);
  const json = await facepipe(t, ["camera-check", "--list", "--json"]);
  assert.equal(json.code, 0);
  const lines = json.stdout.split("\n").filter((line) => line !== "");
  for (const line of lines) assert.match(JSON.parse(line).device, /^\/dev\/video\d+$|^\d+$/);
  assert.equal(lines.length === 0, text.stdout.includes("no camera is connected"));
});
