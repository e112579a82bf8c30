import type { VisionSettings } from "../../types.ts";
import { view } from "../crop.ts";
import type { Cv } from "../opencv.ts";
import { type Detector, moved } from "./detector.ts";
import { cascadeFile } from "./haar-cascade.ts";

/** As in nearly every face detection tutorial: `detectMultiScale(gray, 1.3, 5)`. */
const scaleFactor = 1.3;
const neighbours = 5;

/**
 * OpenCV's Viola-Jones cascade for frontal faces. It finds the boxes that Python's
 * `cv2.CascadeClassifier(...).detectMultiScale(gray, 1.3, 5)` finds, in the same order.
 *
 * A cascade says yes or no, it has no probability. What it does have is the number n of neighbouring windows that said
 * yes; the score is n/(n+1), so the 5 that it takes at least are 0.83, and 19 are 0.95.
 */
export function haarDetector(cv: Cv, settings: VisionSettings): Detector {
  const cascade = new cv.CascadeClassifier(cascadeFile());
  const smallest = new cv.Size(settings.minFace, settings.minFace);
  return {
    name: "haar",
    async detect(frame, within = { x: 0, y: 0, width: frame.cols, height: frame.rows }) {
      const part = view(cv, frame, within);
      const grey = part.cvtColor(cv.COLOR_BGR2GRAY);
      part.release();
      const { objects, numDetections } = cascade.detectMultiScale(grey, scaleFactor, neighbours, 0, smallest);
      grey.release();
      return objects
        .map(({ x, y, width, height }, at) => {
          const n = numDetections[at] ?? neighbours;
          return moved({ box: { x, y, width, height }, score: n / (n + 1) }, within);
        })
        .filter((found) => found.score >= settings.score);
    },
  };
}
