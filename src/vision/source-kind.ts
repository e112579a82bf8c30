import { statSync } from "node:fs";
import { extname } from "node:path";
import { refused } from "../base/errors.ts";

/** What `--camera` names. */
export type SourceKind =
  | { readonly kind: "device"; readonly path: string; readonly number?: number }
  | { readonly kind: "network"; readonly url: string }
  | { readonly kind: "synthetic"; readonly text: string }
  | { readonly kind: "video" | "image" | "folder" | "missing"; readonly path: string };

/** What OpenCV's imread reads on every build; a GIF is read as a video. */
const imageExtensions = /^\.(png|jpe?g|jpe|bmp|dib|webp|tiff?|p[bgpn]m|jp2)$/i;

/** Decides by the text's form first, then by what the file system has under it. */
export function sourceKind(camera: string): SourceKind {
  if (/^\d+$/.test(camera))
    return { kind: "device", path: `/dev/video${Number(camera)}`, number: Number(camera) };
  if (/^synthetic(:|$)/.test(camera)) return { kind: "synthetic", text: camera };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(camera)) return { kind: "network", url: camera };
  if (camera.startsWith("/dev/")) return { kind: "device", path: camera };
  const found = stat(camera);
  if (!found) return { kind: "missing", path: camera };
  if (found.isDirectory()) return { kind: "folder", path: camera };
  return { kind: isImageName(camera) ? "image" : "video", path: camera };
}

/** @throws UserError when it cannot be looked at, for want of rights for example. */
function stat(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw refused(`cannot look at ${path}: ${(error as Error).message}`, "Check --camera", error);
  }
}

/** Whether it is a camera that may be switched off now and on again later. */
export function mayComeBack(camera: string): boolean {
  return ["device", "network"].includes(sourceKind(camera).kind);
}

export function isImageName(name: string): boolean {
  return imageExtensions.test(extname(name));
}
