import type { Box } from "../../face/face.ts";
import { contains, type Polygon } from "../polygon.ts";
import type { FrameSize } from "../types.ts";

/** Width of the border around the region, as a fraction of the frame: a face whose center is inside has its edge outside. */
const border = 0.2;

/** The part of a frame that is of interest. */
export interface Region {
  /** The rectangle around it, border included, in whole pixels of a frame of this size. */
  rectangle(frame: FrameSize): Box;
  /** Whether the box's center lies in it, in a frame of this size. */
  has(box: Box, frame: FrameSize): boolean;
}

/** The union of the polygons; without polygons, the whole frame. */
export function regionOf(polygons: readonly Polygon[]): Region {
  const all = polygons.length === 0;
  const edges = (values: readonly number[], size: number) => {
    const low = all ? 0 : Math.max(0, Math.min(...values) - border);
    const high = all ? 1 : Math.min(1, Math.max(...values) + border);
    return [Math.floor(low * size), Math.ceil(high * size)] as const;
  };
  const corners = polygons.flat();
  const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
  return {
    rectangle({ width, height }) {
      const [left, right] = edges(xs, width);
      const [top, bottom] = edges(ys, height);
      return { x: left, y: top, width: right - left, height: bottom - top };
    },
    has({ x, y, width, height }, frame) {
      const center = { x: (x + width / 2) / frame.width, y: (y + height / 2) / frame.height };
      return all || polygons.some((polygon) => contains(polygon, center));
    },
  };
}
