import type { Box } from "../../face/face.ts";

/** Intersection over union: the area that both cover, divided by the area that either covers, 0..1 (the Jaccard index). */
export function intersectionOverUnion(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/**
 * Non-maximum suppression: of boxes that overlap by more than `maxOverlap` (intersection over union) the one with the
 * highest score, best first. Neubeck, Van Gool: "Efficient Non-Maximum Suppression", ICPR 2006 (greedy form).
 */
export function nonMaxSuppression<T extends { readonly box: Box; readonly score: number }>(
  candidates: readonly T[],
  maxOverlap: number,
): T[] {
  const selected: T[] = [];
  for (const candidate of [...candidates].sort((a, b) => b.score - a.score))
    if (selected.every(({ box }) => intersectionOverUnion(box, candidate.box) <= maxOverlap))
      selected.push(candidate);
  return selected;
}
