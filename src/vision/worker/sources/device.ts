import { accessSync, constants } from "node:fs";
import { platform } from "node:process";
import { UserError } from "../../../base/errors.ts";
import { systemCode } from "../../../base/system-errors.ts";
import type { FrameSize, WebcamRequest } from "../../types.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import { DamagedFrameError, decodedPicture, type Picture } from "../picture.ts";
import { type Capture, captureOf } from "./capture.ts";
import { deviceTimestampAge } from "./frame-age.ts";
import { grabbedPicture } from "./grabbed-picture.ts";
import { jpegPicture } from "./jpeg-picture.ts";
import { readMode, setWebcamMode } from "./webcam-mode.ts";

/** Reads until a picture comes: the first ones of a webcam may be damaged. */
const firstReads = 10;

interface Device {
  readonly path: string;
  readonly number?: number | undefined;
}

/**
 * Opens a camera of this machine, and asks it for a size, a format and a rate. A camera that delivers no picture then is
 * opened again without: some drivers do not bear to be asked.
 * @throws UserError: no such camera, no permission, in use, no picture.
 */
export function openDevice(cv: Cv, device: Device, request: WebcamRequest = {}): Capture {
  if (platform === "linux") assertAccessible(device.path);
  for (const asked of [request, undefined]) {
    const video = openVideo(cv, device);
    const came = asked ? setWebcamMode(cv, video, asked) : readMode(cv, video);
    // The driver's JPEGs as they are: they are decoded only when, and as far as, they are needed.
    const encoded = came.codec === "mjpeg" && asked !== undefined && setEncoded(cv, video);
    const picture = encoded ? () => webcamPicture(cv, video) : () => grabbedPicture(video);
    const timestampAge = () => deviceTimestampAge(cv, video);
    const size = firstSize(video, picture);
    if (size) return captureOf(video, { picture, timestampAge, stream: { ...came, ...size } });
    video.release();
  }
  const remedy = "Check its cable; another program may be using it";
  throw new UserError("CAMERA_NO_FRAMES", `the camera ${device.path} delivers no frames`, remedy);
}

function openVideo(cv: Cv, { path, number }: Device): VideoCapture {
  // Video4Linux explicitly: with "any", OpenCV tries GStreamer first, which is slower to open and to fail.
  const api = platform === "linux" ? cv.CAP_V4L2 : cv.CAP_ANY;
  try {
    return new cv.VideoCapture(number ?? path, api);
  } catch (error) {
    const remedy = "Another program may be using it, or the device is not a camera";
    throw new UserError("CAMERA_NOT_OPENED", `the camera ${path} does not open`, remedy, error);
  }
}

function setEncoded(cv: Cv, video: VideoCapture): boolean {
  try {
    return video.set(cv.CAP_PROP_CONVERT_RGB, 0);
  } catch {
    return false;
  }
}

/** The picture of the frame that was grabbed last: a JPEG in one row of bytes, unless the driver sends another format. */
function webcamPicture(cv: Cv, video: VideoCapture): Picture {
  const mat = video.retrieve();
  if (mat.rows !== 1 || mat.channels !== 1) return decodedPicture(mat);
  const bytes = mat.getData();
  mat.release();
  return jpegPicture(cv, bytes);
}

/** The size of the first picture, which is not always the one that the driver tells; undefined when none comes. */
function firstSize(video: VideoCapture, picture: Capture["picture"]): FrameSize | undefined {
  for (let reads = 0; reads < firstReads; reads++) {
    if (!video.grab()) return undefined;
    const first = picture();
    try {
      // Decoded: the header alone would not show that the rest is damaged.
      first.at(1);
      return first.size;
    } catch (error) {
      if (!(error instanceof DamagedFrameError)) throw error;
    } finally {
      first.release();
    }
  }
  return undefined;
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
