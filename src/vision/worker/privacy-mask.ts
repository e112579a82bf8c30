import type { Polygon } from "../polygon.ts";
import type { Cv, Mat } from "./opencv.ts";

/** Makes the pixels within the polygons black, in the frame itself: no later step can read them. */
export function createPrivacyMask(cv: Cv, polygons: readonly Polygon[]): (frame: Mat) => void {
  const black = new cv.Vec3(0, 0, 0);
  return (frame) => {
    for (const polygon of polygons) {
      // One at a time: in one call, the overlap of two polygons would stay visible (even-odd rule).
      frame.drawFillPoly([polygon.map(({ x, y }) => new cv.Point2(x * frame.cols, y * frame.rows))], black);
    }
  };
}
