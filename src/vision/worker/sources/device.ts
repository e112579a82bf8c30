import { accessSync, constants } from "node:fs";
import { platform } from "node:process";
import { UserError } from "../../../base/errors.ts";
import { systemCode } from "../../../base/system-errors.ts";
import type { Cv } from "../opencv.ts";
import { type Capture, captureOf } from "./capture.ts";
import { deviceTimestampAge } from "./frame-age.ts";

/**
 * Opens a camera of this machine.
 * @throws UserError: no such camera, no permission, in use.
 */
export function openDevice(cv: Cv, { path, number }: { path: string; number?: number | undefined }): Capture {
  if (platform === "linux") assertAccessible(path);
  // Video4Linux explicitly: with "any", OpenCV tries GStreamer first, which is slower to open and to fail.
  const api = platform === "linux" ? cv.CAP_V4L2 : cv.CAP_ANY;
  try {
    const video = new cv.VideoCapture(number ?? path, api);
    return captureOf(video, { timestampAge: () => deviceTimestampAge(cv, video) });
  } catch (error) {
    const remedy = "Another program may be using it, or the device is not a camera";
    throw new UserError("CAMERA_NOT_OPENED", `the camera ${path} does not open`, remedy, error);
  }
}

function assertAccessible(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (systemCode(error) === "EACCES") {
      const remedy = "Add this user to the group `video`";
      throw new UserError("CAMERA_FORBIDDEN", `no permission to use the camera ${path}`, remedy, error);
    }
    const remedy =
      "`ls /dev/video*` lists the cameras; a container needs the device passed in; `--camera synthetic` needs none";
    throw new UserError("CAMERA_NOT_FOUND", `no such camera: ${path}`, remedy, error);
  }
}
