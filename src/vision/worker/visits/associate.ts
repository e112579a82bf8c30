import type { Box } from "../../../face/face.ts";
import { intersectionOverUnion } from "../iou.ts";
import { center } from "./track.ts";

/** Where a tracked face should be, and how far from there it may be found, pixels. */
export interface Prediction {
  readonly box: Box;
  readonly gate: number;
}

/** Maximum factor by which the sides of one face change from one detection to the next. */
const maxGrowth = 2;

/**
 * For each detected box, the index of its prediction; undefined for a new face. Greedy: the pair with the highest affinity
 * is joined first.
 *
 * The optimal assignment (Hungarian algorithm) would differ only where faces overlap, and there the boxes themselves are
 * less certain.
 */
export function associate(predictions: readonly Prediction[], boxes: readonly Box[]): (number | undefined)[] {
  const pairs = boxes.flatMap((box, nth) =>
    predictions.map((prediction, index) => ({ nth, index, affinity: affinityOf(prediction, box) })),
  );
  const matched: (number | undefined)[] = boxes.map(() => undefined);
  const taken = new Set<number>();
  for (const { nth, index, affinity } of pairs.sort((a, b) => b.affinity - a.affinity)) {
    if (affinity === Number.NEGATIVE_INFINITY) break;
    if (matched[nth] !== undefined || taken.has(index)) continue;
    matched[nth] = index;
    taken.add(index);
  }
  return matched;
}

/** Above 0: the overlap. From -1 to 0: the distance as a fraction of the gate, negated. Minus infinity: another face. */
function affinityOf({ box: predicted, gate }: Prediction, box: Box): number {
  const growth = Math.sqrt((box.width * box.height) / (predicted.width * predicted.height));
  if (growth > maxGrowth || growth < 1 / maxGrowth) return Number.NEGATIVE_INFINITY;
  const overlap = intersectionOverUnion(predicted, box);
  if (overlap > 0) return overlap;
  const [a, b] = [center(predicted), center(box)];
  const distance = Math.hypot(a.x - b.x, a.y - b.y);
  return distance <= gate ? -distance / gate : Number.NEGATIVE_INFINITY;
}
