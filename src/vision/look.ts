import { cut, withMargin } from "./crop.ts";
import type { Detector } from "./detector.ts";
import type { Cv } from "./opencv.ts";
import type { Grabbed } from "./sources/source.ts";
import type { SeenFace, VisionSettings } from "./types.ts";

/** What was seen in one frame. */
export interface Look {
  readonly detectSeconds: number;
  readonly faces: SeenFace[];
}

/**
 * Finds the faces of one frame and cuts them out. Leaves `grabbed.mat` to the caller; its own pictures are released
 * at once, since the garbage collector does not know how large they are.
 */
export function lookAt(
  cv: Cv,
  detector: Detector,
  settings: VisionSettings,
  grabbed: Grabbed,
  index: number,
): Look {
  const { mat, capturedAt, file } = grabbed;
  const grey = mat.cvtColor(cv.COLOR_BGR2GRAY);
  try {
    const start = performance.now();
    const found = detector.detect(mat, grey);
    const detectSeconds = (performance.now() - start) / 1000;
    const frame = { width: mat.cols, height: mat.rows, index };
    const picture = settings.color ? mat : grey;
    const faces = found.map(({ box, score }) => ({
      picture: cut(cv, picture, withMargin(box, settings.margin, frame), settings.format),
      format: settings.format,
      capturedAt,
      frame,
      box,
      // Three places are more than it means.
      score: Math.round(score * 1000) / 1000,
      detector: detector.name,
      ...(file !== undefined && { file }),
    }));
    return { detectSeconds, faces };
  } finally {
    grey.release();
  }
}
