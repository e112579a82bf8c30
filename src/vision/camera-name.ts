import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { platform } from "node:process";
import { safeName } from "../face/name.ts";

/**
 * A camera's name when none is given: `0` and `/dev/video0` are cam0, a stream is its host,
 * a file or folder its own name. Safe as an MQTT topic level and in an S3 key.
 */
export function cameraName(source: string): string {
  if (/^\d+$/.test(source)) return `cam${Number(source)}`;
  if (/^synthetic(:|$)/.test(source)) return "synthetic";
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(source))
    return safeName(URL.canParse(source) ? new URL(source).hostname.replace(/^\[|\]$/g, "") : source);
  const [, number] = /^\/dev\/video(\d+)$/.exec(source) ?? [];
  return number ? `cam${number}` : safeName(basename(resolve(source), extname(source)));
}

/** Whether this machine has a first webcam; macOS has no device file to ask, and nearly every Mac has a camera. */
export function webcamPresent(): boolean {
  return platform === "darwin" || existsSync("/dev/video0");
}
