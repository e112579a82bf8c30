import { refused } from "../../../base/errors.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import type { Source, Warn } from "./source.ts";

/**
 * A recording, frame by frame.
 * @throws UserError when it is no video.
 */
export function openVideoFile(cv: Cv, path: string, warn: Warn): Source {
  let capture = captureFile(cv, path);
  const frames = positive(capture.get(cv.CAP_PROP_FRAME_COUNT));
  const rate = positive(capture.get(cv.CAP_PROP_FPS));
  let read = 0;
  return {
    info: { live: false, ...(frames !== undefined && { frames: Math.round(frames) }) },
    ...(rate !== undefined && { rate }),
    async read() {
      const mat = capture.read();
      if (!mat.empty) {
        read++;
        return { mat, capturedAt: Date.now(), dropped: 0 };
      }
      if (read === 0) throw notVideo(path);
      // The count in the header is a guess for some formats; a tenth missing is no guess.
      if (frames !== undefined && read < frames * 0.9)
        warn(`${path} ends after ${read} of ${Math.round(frames)} frames; it may be damaged`);
      return undefined;
    },
    rewind() {
      capture.release();
      capture = captureFile(cv, path);
      read = 0;
    },
    close: () => capture.release(),
  };
}

function captureFile(cv: Cv, path: string): VideoCapture {
  try {
    // FFmpeg by name: the other backends that "any" would try next understand less and can hang on a broken file.
    return new cv.VideoCapture(path, cv.CAP_FFMPEG);
  } catch (error) {
    throw notVideo(path, error);
  }
}

function notVideo(path: string, cause?: unknown) {
  return refused(`${path} is not a video that OpenCV can read`, "`ffprobe` on it may say why", cause);
}

/** Formats that do not know a property give 0, -1 or nonsense. */
function positive(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
