import type { Box } from "../../../face/face.ts";
import { intersectionOverUnion } from "../iou.ts";
import { centre } from "./track.ts";

/** A face that was expected, and how far from there it may be found, pixels. */
export interface Prediction {
  readonly box: Box;
  readonly gate: number;
}

/** The sides of one face do not change by more from one look to the next. */
const mostGrowth = 2;

/**
 * For each box that was found, which of the expected faces it is; undefined for a new one. The best pair is joined
 * first, then the next best: those that overlap most, and after them those that are nearest.
 *
 * The best sum over all pairs (Hungarian algorithm) would differ only where faces overlap, and there the boxes
 * themselves are the less certain part.
 */
export function associate(expected: readonly Prediction[], found: readonly Box[]): (number | undefined)[] {
  const pairs = found.flatMap((box, at) =>
    expected.map((face, which) => ({ at, which, affinity: likeness(face, box) })),
  );
  const matched: (number | undefined)[] = found.map(() => undefined);
  const taken = new Set<number>();
  for (const { at, which, affinity } of pairs.sort((a, b) => b.affinity - a.affinity)) {
    if (affinity === Number.NEGATIVE_INFINITY) break;
    if (matched[at] !== undefined || taken.has(which)) continue;
    matched[at] = which;
    taken.add(which);
  }
  return matched;
}

/** Above 0: how much they overlap. Up to 0: how near they are, by the reach. Minus infinity: not the same face. */
function likeness({ box: expected, gate }: Prediction, box: Box): number {
  const growth = Math.sqrt((box.width * box.height) / (expected.width * expected.height));
  if (growth > mostGrowth || growth < 1 / mostGrowth) return Number.NEGATIVE_INFINITY;
  const overlap = intersectionOverUnion(expected, box);
  if (overlap > 0) return overlap;
  const [a, b] = [centre(expected), centre(box)];
  const distance = Math.hypot(a.x - b.x, a.y - b.y);
  return distance <= gate ? -distance / gate : Number.NEGATIVE_INFINITY;
}
