import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type * as OpenCV from "@u4/opencv4nodejs";
import { describe, UserError } from "../../base/errors.ts";

export type { Mat } from "@u4/opencv4nodejs";

/** With the methods of scripts/setup/addon/. */
export type VideoCapture = OpenCV.VideoCapture & {
  /** Reads the next frame without decoding it as far as a picture; false when there is none. */
  grab(): boolean;
  /** The picture of the frame that was grabbed last; empty when it cannot be decoded. */
  retrieve(): OpenCV.Mat;
};

export type Cv = Omit<typeof OpenCV, "VideoCapture"> & {
  readonly VideoCapture: {
    new (source: string | number, api: number): VideoCapture;
    /** Limits FFmpeg's threads in captures that are opened from now on, for pictures of at most so many pixels. */
    limitDecoderThreads(threads: number, pixels: number): void;
    /** FFmpeg's threads in the capture that was opened last; 0: unknown, on systems other than Linux. */
    decoderThreads(): number;
  };
};

/**
 * OpenCV, as the compiled addon itself. The package's own entry prints on stdout, takes four times as long to load
 * and fails under `import`; the addon has all the classes, and the package's typings fit it.
 * @throws UserError when the addon was not built.
 */
export function loadOpenCv(): Cv {
  const require = createRequire(import.meta.url);
  // The package exports only its entry, cjs/lib/opencv4nodejs.js; the root is two folders up.
  const entry = require.resolve("@u4/opencv4nodejs");
  const addon = join(entry, "../../../build/Release/opencv4nodejs.node");
  const remedy = "`npm start` in facepipe's folder installs OpenCV and builds it";
  if (!existsSync(addon))
    throw new UserError("OPENCV_UNAVAILABLE", "OpenCV for Node.js is not built here", remedy);
  try {
    return require(addon) as Cv;
  } catch (error) {
    const message = `OpenCV for Node.js does not load: ${describe(error)}`;
    throw new UserError("OPENCV_UNAVAILABLE", message, remedy, error);
  }
}
