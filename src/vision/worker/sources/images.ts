import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { refused } from "../../../base/errors.ts";
import { isImageName } from "../../source-kind.ts";
import type { Cv, Mat } from "../opencv.ts";
import type { Source, Warn } from "./source.ts";

/**
 * One image. Grey, 16 bit or with alpha: it is read as 8 bit BGR, as imread does by default.
 * @throws UserError when it cannot be read.
 */
export function openImage(cv: Cv, path: string): Source {
  const unreadable = () => refused(`${path} is not an image that OpenCV can read`);
  return stills(cv, [path], () => {
    throw unreadable();
  });
}

/**
 * The images of a folder, by name; files with other extensions are passed over, and of an image that cannot be read
 * a warning tells.
 * @throws UserError when there is no image in it, or none that can be read.
 */
export function openFolder(cv: Cv, path: string, warn: Warn): Source {
  const names = list(path).filter((name) => isImageName(name) && !name.startsWith("."));
  if (names.length === 0)
    throw refused(`no image in the folder ${path}`, "It takes PNG, JPEG, BMP, WebP, TIFF and PNM files");
  const paths = names.sort().map((name) => join(path, name));
  return stills(cv, paths, (bad) => warn(`${bad} is not an image that OpenCV can read; passed over`));
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw refused(`cannot read the folder ${path}: ${(error as Error).message}`, "", error);
  }
}

function stills(cv: Cv, paths: readonly string[], onUnreadable: (path: string) => void): Source {
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
      // Also keeps `--loop` from turning for ever over a folder of broken images.
      if (!readable) throw refused("none of the images could be read");
      return undefined;
    },
    rewind() {
      next = 0;
    },
    close() {},
  };
}

/** imread gives an empty picture for what it cannot decode, and throws for one that is far too large. */
function readImage(cv: Cv, path: string): Mat | undefined {
  try {
    const mat = cv.imread(path, cv.IMREAD_COLOR);
    return mat.empty ? undefined : mat;
  } catch {
    return undefined;
  }
}
