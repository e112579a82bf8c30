import { accessSync, constants } from "node:fs";
import { platform } from "node:process";
import { errorCode, refused } from "../../base/errors.ts";
import type { Cv, VideoCapture } from "../opencv.ts";

/**
 * Opens a camera of this machine.
 * @throws UserError: no such camera, no permission, in use.
 */
export function captureDevice(cv: Cv, device: { path: string; number?: number }): VideoCapture {
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
    if (errorCode(error) === "EACCES")
      throw refused(`no permission to use the camera ${path}`, "Add this user to the group `video`", error);
    throw refused(
      `no such camera: ${path}`,
      "`ls /dev/video*` shows the cameras there are; in a container the device has to be passed in; " +
        "`--camera synthetic` needs none",
      error,
    );
  }
}
