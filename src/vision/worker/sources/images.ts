import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, UserError } from "../../../base/errors.ts";
import { isImageName } from "../../source-kind.ts";
import type { Cv, Mat } from "../opencv.ts";
import type { Source, Warn } from "./source.ts";

/**
 * One image. Grayscale, 16 bit and alpha are converted to 8 bit BGR, as imread does by default.
 * @throws UserError when it cannot be read.
 */
export function openImage(cv: Cv, path: string): Source {
  return imageSource(cv, [path], () => {
    throw new UserError("IMAGE_UNREADABLE", `${path} is not an image that OpenCV can read`);
  });
}

/**
 * The images of a folder, in the order of their names; files with other extensions are ignored. An image that cannot be
 * read is skipped with a warning.
 * @throws UserError when there is no image in it, or none that can be read.
 */
export function openFolder(cv: Cv, path: string, warn: Warn): Source {
  const names = readNames(path).filter((name) => isImageName(name) && !name.startsWith("."));
  if (names.length === 0) {
    const remedy = "Supported are PNG, JPEG, BMP, WebP, TIFF and PNM files";
    throw new UserError("FOLDER_WITHOUT_IMAGES", `no image in the folder ${path}`, remedy);
  }
  const paths = names.sort().map((name) => join(path, name));
  return imageSource(cv, paths, (bad) => warn(`${bad} is not an image that OpenCV can read; skipped`));
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
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
          return { mat, capturedAt: Date.now(), dropped: 0, file: basename(path) };
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
