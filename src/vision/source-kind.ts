import { existsSync, statSync } from "node:fs";
import { platform } from "node:process";
import { describe, UserError } from "../base/errors.ts";
import { redact } from "../base/redact.ts";
import { pathOfFileUrl } from "./file-url.ts";
import { isGstPipeline, pipelineForm, pipelineLabel, pipelineOf } from "./gst-pipeline.ts";
import { readKind } from "./picture-kind.ts";
import { parseSynthetic } from "./synthetic-spec.ts";

/** What `--camera` names. */
export type SourceKind =
  | { readonly kind: "device"; readonly path: string; readonly number?: number | undefined }
  | { readonly kind: "network"; readonly url: string }
  | { readonly kind: "gst"; readonly pipeline: string; readonly label: string }
  | { readonly kind: "synthetic"; readonly text: string }
  | { readonly kind: "video" | "image" | "folder" | "missing"; readonly path: string };

/** What imread of every build of OpenCV supports. */
export const imageExtensions = /[^/]\.(png|jpe?g|jpe|bmp|dib|webp|tiff?|p[bgpn]m|jp2)$/i;

/** Motion JPEG without a container: JPEG files one after another. */
export const motionJpegExtension = /\.mjpe?g$/i;

/** Decides from the form of the text first, then from what the file system has under that path. */
export function sourceKind(camera: string): SourceKind {
  const path = pathOfFileUrl(camera);
  if (path !== undefined) return fileKind(path);
  if (/^\d+$/.test(camera))
    return { kind: "device", path: `/dev/video${Number(camera)}`, number: Number(camera) };
  if (/^synthetic(:|$)/.test(camera)) return { kind: "synthetic", text: camera };
  if (isGstPipeline(camera))
    return { kind: "gst", pipeline: pipelineOf(camera), label: pipelineLabel(camera) };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(camera)) return { kind: "network", url: camera };
  if (camera.startsWith("/dev/")) return { kind: "device", path: camera };
  return fileKind(camera);
}

function fileKind(path: string): SourceKind {
  const found = stat(path);
  if (!found) return { kind: "missing", path };
  if (found.isDirectory()) return { kind: "folder", path };
  return { kind: found.isFile() && isImage(path) ? "image" : "video", path };
}

/** Whether a file is one picture, by what it contains; if that says nothing, by its name. A GIF is opened as a video. */
export function isImage(path: string): boolean {
  const kind = readKind(path);
  if (kind === undefined) return imageExtensions.test(path);
  return kind !== "video" && kind !== "GIF" && !(kind === "JPEG" && motionJpegExtension.test(path));
}

/** @throws UserError when the path cannot be read, for example without permission. */
function stat(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new UserError(
      "FILE_UNREADABLE",
      `cannot read ${path}: ${describe(error)}`,
      "Check --camera",
      error,
    );
  }
}

/** What may be shown of `--camera`: without secrets. */
export function cameraLabel(camera: string): string {
  return isGstPipeline(camera) ? pipelineLabel(camera) : redact(camera);
}

/**
 * Whether it may be a camera, which may be switched off now and on again later; a file that does not open never will. What
 * a URL leads to is known when it has been opened: SourceInfo.live.
 */
export function isCamera(camera: string): boolean {
  const source = sourceKind(camera);
  if (source.kind === "gst") return !pipelineForm(source.pipeline).ends;
  return ["device", "network"].includes(source.kind);
}

/** Whether the source may have no end of its own: a camera, or a synthetic one without `seconds`. */
export function isEndless(camera: string): boolean {
  const kind = sourceKind(camera);
  if (kind.kind === "synthetic") return parseSynthetic(kind.text).seconds === undefined;
  return isCamera(camera);
}

/** Whether the frames are images, which have nothing to do with one another. */
export function isStills(camera: string): boolean {
  return ["image", "folder"].includes(sourceKind(camera).kind);
}

/** Whether this machine has a webcam. macOS has no device files; nearly every Mac has a camera. */
export function webcamPresent(): boolean {
  return platform === "darwin" || existsSync("/dev/video0");
}
