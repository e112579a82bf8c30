import { accessSync, constants } from "node:fs";
import { platform } from "node:process";
import { refused } from "../../../base/errors.ts";
import { systemCode } from "../../../base/system-errors.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import { type Capture, pictures } from "./capture.ts";

/** A frame that claims to be older is stamped by another clock than ours, ms. */
const oldest = 10_000;

/**
 * Opens a camera of this machine.
 * @throws UserError: no such camera, no permission, in use.
 */
export function openDevice(cv: Cv, device: { path: string; number?: number }): Capture {
  const capture = captureDevice(cv, device);
  const age = () => {
    // Video4Linux stamps frames by the steady clock (V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC), which is what hrtime reads.
    const ms = Number(process.hrtime.bigint()) / 1e6 - capture.get(cv.CAP_PROP_POS_MSEC);
    return ms >= 0 && ms < oldest ? ms : undefined;
  };
  return pictures(capture, { age });
}

function captureDevice(cv: Cv, device: { path: string; number?: number }): VideoCapture {
  if (platform === "linux") assertDevice(device.path);
  // Video4Linux by name: asked for "any", OpenCV tries GStreamer first, which is slower to open and to fail.
  const api = platform === "linux" ? cv.CAP_V4L2 : cv.CAP_ANY;
  try {
    return new cv.VideoCapture(device.number ?? device.path, api);
  } catch (error) {
    throw refused(
      `the camera ${device.path} does not open`,
      "Another program may be using it, or the device is no camera",
      error,
    );
  }
}

function assertDevice(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (systemCode(error) === "EACCES")
      throw refused(`no permission to use the camera ${path}`, "Add this user to the group `video`", error);
    throw refused(
      `no such camera: ${path}`,
      "`ls /dev/video*` shows the cameras there are; in a container the device has to be passed in; " +
        "`--camera synthetic` needs none",
      error,
    );
  }
}
