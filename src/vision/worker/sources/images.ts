import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { describe, UserError } from "../../../base/errors.ts";
import { readKind } from "../../picture-kind.ts";
import { isImage } from "../../source-kind.ts";
import type { Cv, Mat } from "../opencv.ts";
import { decodedPicture } from "../picture.ts";
import type { Source, Warn } from "./source.ts";

/**
 * One image. Grayscale, 16 bit and alpha are converted to 8 bit BGR, as imread does by default.
 * @throws UserError when it cannot be read.
 */
export function openImage(cv: Cv, path: string): Source {
  return imageSource(cv, [path], () => {
    throw new UserError("IMAGE_UNREADABLE", unreadable(path));
  });
}

/**
 * The images of a folder, in the order of their names. Other files are passed over, which a warning counts by kind; hidden
 * ones silently. An image that cannot be read is skipped with a warning.
 * @throws UserError when there is no image in it, or none that can be read.
 */
export function openFolder(cv: Cv, path: string, warn: Warn): Source {
  const entries = readEntries(path).filter(({ name }) => !name.startsWith("."));
  const images: string[] = [];
  const others = new Map<string, number>();
  for (const entry of entries) {
    const file = join(path, entry.name);
    if (isFile(entry, file) && isImage(file)) images.push(file);
    else {
      const kind = isFile(entry, file) ? otherKind(file) : entry.isDirectory() ? "folder" : "special file";
      others.set(kind, (others.get(kind) ?? 0) + 1);
    }
  }
  const list = [...others].map(([kind, count]) => `${count} ${kind}`).join(", ");
  if (images.length === 0) {
    const what = `no image in the folder ${path}${list === "" ? "" : ` (${list})`}`;
    throw new UserError(
      "FOLDER_WITHOUT_IMAGES",
      what,
      "Supported are PNG, JPEG, BMP, WebP, TIFF and PNM files",
    );
  }
  if (list !== "")
    warn(`${path}: ${entries.length - images.length} of ${entries.length} are passed over: ${list}`);
  return imageSource(cv, images.sort(), (bad) => warn(`${unreadable(bad)}; skipped`));
}

/** What a file is that is no image: its kind or, if that is unknown, its extension. */
function otherKind(file: string): string {
  return readKind(file) ?? (extname(file).toLowerCase() || "without an extension");
}

function unreadable(path: string): string {
  const kind = readKind(path);
  if (kind !== "HEIC" && kind !== "AVIF") return `${path} is not an image that OpenCV can read`;
  return `${path} is ${kind === "HEIC" ? "a HEIC" : "an AVIF"} picture, which this OpenCV cannot read: convert it to JPEG or PNG`;
}

/** A link may lead anywhere, and a pipe must not be opened. */
function isFile(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readEntries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new UserError("FILE_UNREADABLE", `cannot read the folder ${folder}: ${describe(error)}`, "", error);
  }
}

function imageSource(cv: Cv, paths: readonly string[], onUnreadable: (path: string) => void): Source {
  let next = 0;
  let readable = false;
  return {
    info: { live: false, frames: paths.length, unrelated: true },
    async read() {
      for (let path = paths[next]; path !== undefined; path = paths[next]) {
        next++;
        const mat = readImage(cv, path);
        if (mat) {
          readable = true;
          return { picture: decodedPicture(mat), capturedAt: Date.now(), dropped: 0, file: basename(path) };
        }
        onUnreadable(path);
      }
      // Also ends `--loop` over a folder of broken images.
      if (!readable) throw new UserError("IMAGE_UNREADABLE", "none of the images could be read");
      return undefined;
    },
    rewind() {
      next = 0;
    },
    close() {},
  };
}

/** imread returns an empty picture for what it cannot decode, and throws for one that is far too large. */
function readImage(cv: Cv, path: string): Mat | undefined {
  try {
    const mat = cv.imread(path, cv.IMREAD_COLOR);
    return mat.empty ? undefined : mat;
  } catch {
    return undefined;
  }
}
