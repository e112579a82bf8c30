import type { FaceFacts } from "../../face/face.ts";
import { epochTag } from "../../face/face-id.ts";
import { safeName } from "../../face/name.ts";

export const exportFormats = ["folder", "coco", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The file of facts beside the pictures of `--as folder`. */
export const metadataName = "metadata.jsonl";

/** Names that Windows reserves, whatever the extension. Source: Microsoft, "Naming Files, Paths, and Namespaces". */
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(\.|$)/i;

/** `text` as the name of a folder that every system allows, and that is no file of ours. */
function folderName(text: string): string {
  // Windows removes dots at the end of a name.
  const name = safeName(text).replace(/\.+$/, (dots) => "_".repeat(dots.length));
  return reserved.test(name) || name.toLowerCase() === metadataName ? `_${name}` : name;
}

/** The folder below which the paths of pictures in a table are, with a `/` at its end, or "". */
export function pictureBase(format: ExportFormat, side: string | undefined): string {
  const below = side === undefined ? "" : `${side}/`;
  return format === "folder" ? below : format === "coco" ? `images/${below}` : "";
}

/** Where a picture is below its base: a function of its facts. */
export function picturePath(
  format: ExportFormat,
  side: string | undefined,
  { id, camera, epoch, visit, capturedAt }: FaceFacts,
  extension: string,
): string {
  const folders = {
    folder: side === undefined ? [[epochTag(epoch), visit].filter(Boolean).join("-")] : [],
    coco: [capturedAt.slice(0, 10)],
    csv: [capturedAt.slice(0, 10)],
  }[format];
  const path = [folderName(camera), ...folders, `${id.toLowerCase()}.${extension}`].join("/");
  return format === "csv" ? `pictures/${path}` : path;
}
