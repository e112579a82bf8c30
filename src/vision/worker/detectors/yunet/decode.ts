import { type Box, type Landmarks, landmarksOf } from "../../../../face/face.ts";
import type { GridOutput } from "./session.ts";

/** In pixels of the model's input. */
export interface Candidate {
  readonly box: Box;
  readonly score: number;
  readonly landmarks: Landmarks;
}

/**
 * The candidates in the model's outputs with a score of at least `minScore`, unordered, several for each face.
 *
 * A cell (column, row) with outputs cls, obj, bbox and kps has the score sqrt(cls * obj), its face's center at
 * (column + bbox0, row + bbox1) * stride, its width and height at exp(bbox2) * stride and exp(bbox3) * stride, and the
 * points at (column + kps, row + kps) * stride.
 * Source: Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence Research 20, 2023; and its
 * repository, ShiqiYu/libfacedetection.train (the prior is the cell's corner, offsets are in strides).
 */
export function decode(outputs: readonly GridOutput[], inputWidth: number, minScore: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const { stride, cls, obj, bbox, kps } of outputs) {
    const columns = inputWidth / stride;
    for (let cell = 0; cell < cls.length; cell++) {
      // Squared: the root of each of two thousand cells would cost time.
      const square = probability(cls[cell]) * probability(obj[cell]);
      if (square < minScore * minScore) continue;
      const column = cell % columns;
      const row = Math.floor(cell / columns);
      const at = (offset: number): number => bbox[cell * 4 + offset] ?? 0;
      const width = Math.exp(at(2)) * stride;
      const height = Math.exp(at(3)) * stride;
      const center = { x: (column + at(0)) * stride, y: (row + at(1)) * stride };
      candidates.push({
        box: { x: center.x - width / 2, y: center.y - height / 2, width, height },
        score: Math.sqrt(square),
        landmarks: landmarksOf((_name, nth) => ({
          x: (column + (kps[cell * 10 + nth * 2] ?? 0)) * stride,
          y: (row + (kps[cell * 10 + nth * 2 + 1] ?? 0)) * stride,
        })),
      });
    }
  }
  return candidates;
}

/** Rounding may put an output a little outside 0..1. */
function probability(value = 0): number {
  return Math.min(1, Math.max(0, value));
}
