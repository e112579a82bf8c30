import type { Box } from "../../src/face/face.ts";

export interface Detection {
  readonly box: Box;
  readonly score: number;
}

/** The labelled faces of one image. */
export interface GroundTruth {
  readonly boxes: readonly Box[];
  /** Faces and regions in which a detection, or none, changes no count. */
  readonly ignore: readonly Box[];
}

export interface Counts {
  /** Labels that were found (true positives). */
  readonly found: number;
  readonly missed: number;
  readonly falsePositives: number;
}

/** A detection is ignored when at least this share of its area is inside an ignored region. */
const minShareInside = 0.5;

/**
 * Matches detections with labels as PASCAL VOC does: in order of falling score, each with the label that it overlaps
 * most. It finds that label when their intersection over union is at least `threshold` and no earlier detection has
 * found it; a second detection of the same label is a false positive. A detection whose best match is an ignored box
 * (VOC's "difficult", WIDER FACE's ignored faces) is not counted.
 * Source: Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 88, 2010, section 4.2.
 */
export function compare(detections: readonly Detection[], truth: GroundTruth, threshold: number): Counts {
  const boxes = [...truth.boxes, ...truth.ignore];
  const found = new Set<Box>();
  let falsePositives = 0;
  for (const { box } of [...detections].sort((a, b) => b.score - a.score)) {
    const best = bestMatch(box, boxes, threshold);
    const isLabel = best !== undefined && truth.boxes.includes(best);
    if (isLabel && !found.has(best)) found.add(best);
    else if (isLabel || !isIgnored(box, best, truth)) falsePositives++;
  }
  return { found: found.size, missed: truth.boxes.length - found.size, falsePositives };
}

function bestMatch(box: Box, boxes: readonly Box[], threshold: number): Box | undefined {
  let best: Box | undefined;
  let most = threshold;
  for (const each of boxes) {
    const overlap = intersectionOverUnion(box, each);
    // The first of equal overlaps: labels precede ignored boxes.
    if (overlap < most || (best && overlap === most)) continue;
    best = each;
    most = overlap;
  }
  return best;
}

function isIgnored(box: Box, best: Box | undefined, { ignore }: GroundTruth): boolean {
  if (best) return true;
  return ignore.some((region) => sharedArea(box, region) >= minShareInside * area(box));
}

/** Not the program's own function: its evaluation must not depend on it. */
function intersectionOverUnion(a: Box, b: Box): number {
  const shared = sharedArea(a, b);
  return shared / (area(a) + area(b) - shared);
}

function sharedArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

function area({ width, height }: Box): number {
  return width * height;
}
