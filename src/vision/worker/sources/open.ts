import { resolve } from "node:path";
import { UserError } from "../../../base/errors.ts";
import { redact } from "../../../base/redact.ts";
import { sourceKind } from "../../source-kind.ts";
import type { VisionSettings } from "../../types.ts";
import type { Cv } from "../opencv.ts";
import { openDevice } from "./device.ts";
import { openFolder, openImage } from "./images.ts";
import { liveSource } from "./live.ts";
import { captureStream, isHttp, openStream } from "./network.ts";
import type { Source, Warn } from "./source.ts";
import { openSynthetic } from "./synthetic.ts";
import { openVideoFile } from "./video-file.ts";

/** What of the settings says how a source is opened: of a webcam, and of a still picture behind a URL. */
export type SourceSettings = Pick<Partial<VisionSettings>, "webcam" | "fps">;

/**
 * Opens the source that `--camera` names.
 * @throws UserError when it does not exist or cannot be read.
 */
export async function openSource(
  cv: Cv,
  camera: string,
  warn: Warn,
  settings: SourceSettings = {},
): Promise<Source> {
  const source = sourceKind(camera);
  switch (source.kind) {
    case "synthetic":
      return openSynthetic(cv, source.text);
    case "device":
      return liveSource(openDevice(cv, source, settings.webcam ?? {}), source.path);
    case "network":
      if (isHttp(source.url)) {
        // Node.js's HTTP and TLS are loaded for such a camera only: they cost memory in each worker.
        const { openHttp } = await import("./http/open-http.ts");
        return await openHttp(cv, source.url, warn, settings.fps);
      }
      return liveSource(captureStream(cv, await openStream(cv, source.url)), redact(source.url));
    case "gst": {
      const { openGstreamer } = await import("./gstreamer.ts");
      return openGstreamer(cv, { text: source.pipeline, label: source.label });
    }
    case "image":
      return openImage(cv, source.path);
    case "folder":
      return openFolder(cv, source.path, warn);
    case "video":
      return openVideoFile(cv, resolve(source.path), warn, source.path);
    case "missing":
      throw new UserError("FILE_NOT_FOUND", `no such file: ${source.path}`, missingRemedy(source.path));
  }
}

function missingRemedy(path: string): string {
  if (/^~/.test(path))
    return "Only a shell replaces ~ by the home folder, outside of quotes: write the whole path";
  if (path.includes("\ufffd")) return "Its name may not be UTF-8: rename it";
  return "--camera is a number, a device, a URL, a file, a folder or `synthetic`";
}
