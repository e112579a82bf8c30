import type { Polygon } from "../polygon.ts";
import type { Cv, Mat } from "./opencv.ts";

/** Makes what lies within the polygons black, in the frame itself: nothing that comes later can see it. */
export function createPrivacyMask(cv: Cv, polygons: readonly Polygon[]): (frame: Mat) => void {
  if (polygons.length === 0) return () => undefined;
  const black = new cv.Vec3(0, 0, 0);
  return (frame) => {
    for (const polygon of polygons) {
      // One by one: together, what two of them cover would be left open (even-odd rule).
      frame.drawFillPoly([polygon.map(({ x, y }) => new cv.Point2(x * frame.cols, y * frame.rows))], black);
    }
  };
}
