import type { Box } from "../../../face/face.ts";
import { sizeOf, view } from "../crop.ts";
import type { Cv } from "../opencv.ts";
import type { Region } from "../region-of-interest.ts";
import { type Detector, translate } from "./detector.ts";

/** A detector that searches the region's rectangle only, and returns the faces whose center lies in the region. */
export function detectorWithin(cv: Cv, region: Region, detector: Detector): Detector {
  return {
    name: detector.name,
    reductionFor: (frame) => detector.reductionFor(region.rectangle(frame)),
    smallestFace: (frame) => detector.smallestFace?.(region.rectangle(frame)) ?? 0,
    async detect(frame, within, reduction) {
      const size = sizeOf(frame);
      const rectangle = region.rectangle(size);
      const part = view(cv, frame, rectangle);
      const found = await detector.detect(part, within && overlapOf(within, rectangle), reduction);
      part.release();
      return found.map((face) => translate(face, rectangle)).filter(({ box }) => region.has(box, size));
    },
  };
}

/** The intersection of `box` and `rectangle`, relative to the rectangle; at least one pixel. */
function overlapOf(box: Box, rectangle: Box): Box {
  const x = Math.min(rectangle.width - 1, Math.max(0, box.x - rectangle.x));
  const y = Math.min(rectangle.height - 1, Math.max(0, box.y - rectangle.y));
  const right = Math.min(rectangle.width, box.x + box.width - rectangle.x);
  const bottom = Math.min(rectangle.height, box.y + box.height - rectangle.y);
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}
