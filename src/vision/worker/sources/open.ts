import { UserError } from "../../../base/errors.ts";
import { redact } from "../../../base/redact.ts";
import { sourceKind } from "../../source-kind.ts";
import type { WebcamRequest } from "../../types.ts";
import type { Cv } from "../opencv.ts";
import { openDevice } from "./device.ts";
import { openGstreamer } from "./gstreamer.ts";
import { openFolder, openImage } from "./images.ts";
import { liveSource } from "./live.ts";
import { openNetwork } from "./network.ts";
import type { Source, Warn } from "./source.ts";
import { openSynthetic } from "./synthetic.ts";
import { openVideoFile } from "./video-file.ts";

/**
 * Opens the source that `--camera` names; `webcam`: what it is asked for if it is one.
 * @throws UserError when it does not exist or cannot be read.
 */
export async function openSource(
  cv: Cv,
  camera: string,
  warn: Warn,
  webcam: WebcamRequest = {},
): Promise<Source> {
  const source = sourceKind(camera);
  switch (source.kind) {
    case "synthetic":
      return openSynthetic(cv, source.text);
    case "device":
      return liveSource(openDevice(cv, source, webcam), source.path);
    case "network":
      return liveSource(await openNetwork(cv, source.url), redact(source.url));
    case "gst":
      return openGstreamer(cv, { text: source.pipeline, label: source.label });
    case "image":
      return openImage(cv, source.path);
    case "folder":
      return openFolder(cv, source.path, warn);
    case "video":
      return openVideoFile(cv, source.path, warn);
    case "missing":
      throw new UserError(
        "FILE_NOT_FOUND",
        `no such file: ${source.path}`,
        "--camera is a number, a device, a URL, a file, a folder or `synthetic`",
      );
  }
}
