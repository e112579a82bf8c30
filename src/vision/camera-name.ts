import { basename, extname, resolve } from "node:path";
import { safeName } from "../face/name.ts";
import { pathOfFileUrl } from "./file-url.ts";
import { isGstPipeline } from "./gst-pipeline.ts";

/**
 * A camera's default name: `cam0` for `0` and `/dev/video0`, the host of a stream, the name of a file or folder, `gst`.
 * Safe as an MQTT topic level and in an S3 key.
 */
export function cameraName(source: string): string {
  if (/^\d+$/.test(source)) return `cam${Number(source)}`;
  if (/^synthetic(:|$)/.test(source)) return "synthetic";
  // A pipeline may contain a password anywhere.
  if (isGstPipeline(source)) return "gst";
  const path = pathOfFileUrl(source);
  if (path !== undefined) return fileName(path);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source))
    return safeName(URL.canParse(source) ? new URL(source).hostname.replace(/^\[|\]$/g, "") : "camera");
  const [, number] = /^\/dev\/video(\d+)$/.exec(source) ?? [];
  return number ? `cam${number}` : fileName(source);
}

function fileName(path: string): string {
  return safeName(basename(resolve(path), extname(path)));
}
