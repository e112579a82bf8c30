import { UserError } from "../../../base/errors.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import type { Source, Warn } from "./source.ts";

/**
 * A recording, frame by frame.
 * @throws UserError when it is not a video.
 */
export function openVideoFile(cv: Cv, path: string, warn: Warn): Source {
  let capture = openVideo(cv, path);
  const frames = positive(Math.round(capture.get(cv.CAP_PROP_FRAME_COUNT)));
  const rate = positive(capture.get(cv.CAP_PROP_FPS));
  let read = 0;
  return {
    info: { live: false, frames },
    rate,
    async read() {
      const mat = capture.read();
      if (!mat.empty) {
        read++;
        return { mat, capturedAt: Date.now(), dropped: 0 };
      }
      if (read === 0) throw notVideo(path);
      // The header's count is an estimate for some formats; but not one that is wrong by a tenth.
      if (frames !== undefined && read < frames * 0.9)
        warn(`${path} ends after ${read} of ${frames} frames; it may be damaged`);
      return undefined;
    },
    rewind() {
      capture.release();
      capture = openVideo(cv, path);
      read = 0;
    },
    close: () => capture.release(),
  };
}

function openVideo(cv: Cv, path: string): VideoCapture {
  try {
    // FFmpeg explicitly: the other backends that "any" would try support less and can hang on a broken file.
    return new cv.VideoCapture(path, cv.CAP_FFMPEG);
  } catch (error) {
    throw notVideo(path, error);
  }
}

function notVideo(path: string, cause?: unknown) {
  const message = `${path} is not a video that OpenCV can read`;
  return new UserError("VIDEO_UNREADABLE", message, "`ffprobe` on it may say why", cause);
}

/** Formats without a property report 0, -1 or nonsense. */
function positive(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
