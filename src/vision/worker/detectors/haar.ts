import type { VisionSettings } from "../../types.ts";
import { view } from "../crop.ts";
import type { Cv } from "../opencv.ts";
import { type Detector, translate } from "./detector.ts";
import { cascadeFile } from "./haar-cascade.ts";

/** As in nearly every face detection tutorial: `detectMultiScale(gray, 1.3, 5)`. */
const scaleFactor = 1.3;
const neighbors = 5;

/**
 * OpenCV's Viola-Jones cascade for frontal faces. It finds the boxes that Python's
 * `cv2.CascadeClassifier(...).detectMultiScale(gray, 1.3, 5)` finds, in the same order.
 *
 * A cascade accepts or rejects a window, without a probability. It does count the n neighboring windows that were
 * accepted; the score is n/(n+1): 0.83 for the minimum of 5, 0.95 for 19.
 */
export function haarDetector(cv: Cv, settings: VisionSettings): Detector {
  const cascade = new cv.CascadeClassifier(cascadeFile());
  const minSize = new cv.Size(settings.minFace, settings.minFace);
  return {
    name: "haar",
    // It scales the frame itself, down to where a face of the minimum size is as large as its window.
    reductionFor: () => 1,
    async detect(frame, within = { x: 0, y: 0, width: frame.cols, height: frame.rows }) {
      const part = view(cv, frame, within);
      const gray = part.cvtColor(cv.COLOR_BGR2GRAY);
      part.release();
      const { objects, numDetections } = cascade.detectMultiScale(gray, scaleFactor, neighbors, 0, minSize);
      gray.release();
      return objects
        .map(({ x, y, width, height }, nth) => {
          const n = numDetections[nth] ?? neighbors;
          return translate({ box: { x, y, width, height }, score: n / (n + 1) }, within);
        })
        .filter(({ score }) => score >= settings.score);
    },
  };
}
