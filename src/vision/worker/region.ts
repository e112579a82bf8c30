import type { Box } from "../../face/face.ts";
import { contains, type Polygon } from "../polygon.ts";
import { view } from "./crop.ts";
import { type Detector, moved } from "./detectors/detector.ts";
import type { Cv } from "./opencv.ts";

/** What is seen around the region, as a part of the frame: a face whose centre is inside has its edge outside. */
const surroundings = 0.2;

/** The part of a frame that matters. */
export interface Region {
  /** The rectangle around it in a frame of this size, in whole pixels. */
  rectangle(frame: { readonly cols: number; readonly rows: number }): Box;
  /** Whether the box's centre lies in it; `frame` as above. */
  has(box: Box, frame: { readonly cols: number; readonly rows: number }): boolean;
}

/** What lies in one of these polygons; with none, everything. */
export function regionOf(polygons: readonly Polygon[]): Region {
  const corners =
    polygons.length > 0
      ? polygons.flat()
      : [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ];
  const edges = (of: (corner: { x: number; y: number }) => number, size: number) =>
    [
      Math.floor(Math.max(0, Math.min(...corners.map(of)) - surroundings) * size),
      Math.ceil(Math.min(1, Math.max(...corners.map(of)) + surroundings) * size),
    ] as const;
  return {
    rectangle({ cols, rows }) {
      const [left, right] = edges(({ x }) => x, cols);
      const [top, bottom] = edges(({ y }) => y, rows);
      return { x: left, y: top, width: right - left, height: bottom - top };
    },
    has({ x, y, width, height }, { cols, rows }) {
      const centre = { x: (x + width / 2) / cols, y: (y + height / 2) / rows };
      return polygons.length === 0 || polygons.some((polygon) => contains(polygon, centre));
    },
  };
}

/** A detector that is shown the region's rectangle only, and gives the faces whose centre lies in the region. */
export function detectorWithin(cv: Cv, region: Region, detector: Detector): Detector {
  return {
    name: detector.name,
    async detect(frame, within) {
      const rectangle = region.rectangle(frame);
      const part = view(cv, frame, rectangle);
      const found = await detector.detect(part, within && overlapOf(within, rectangle));
      part.release();
      return found.map((face) => moved(face, rectangle)).filter(({ box }) => region.has(box, frame));
    },
  };
}

/** What `box` and `rectangle` have in common, seen from the rectangle; its least size is one pixel. */
function overlapOf(box: Box, rectangle: Box): Box {
  const x = Math.min(rectangle.width - 1, Math.max(0, box.x - rectangle.x));
  const y = Math.min(rectangle.height - 1, Math.max(0, box.y - rectangle.y));
  const right = Math.min(rectangle.width, box.x + box.width - rectangle.x);
  const bottom = Math.min(rectangle.height, box.y + box.height - rectangle.y);
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) };
}
