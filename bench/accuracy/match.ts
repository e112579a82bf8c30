import type { Box } from "../../src/face/face.ts";

export interface Detection {
  readonly box: Box;
  readonly score: number;
}

/** What a person has marked in one image. */
export interface Marked {
  readonly boxes: readonly Box[];
  /** Faces and regions that count neither way. */
  readonly ignore: readonly Box[];
}

export interface Counts {
  /** Labels that were found (true positives). */
  readonly found: number;
  readonly missed: number;
  readonly falsePositives: number;
}

/** A detection that lies in an ignored region with this part of its area says nothing, wherever that region's border is. */
const mostlyInside = 0.5;

/**
 * Compares what was detected in one image with what is in it, as PASCAL VOC does: detections in order of falling score,
 * each against the one label that it overlaps most. It has found that label when their intersection over union is at
 * least `threshold` and no detection before it has; a second one for the same label is a false positive. A detection
 * that fits an ignored box best, as VOC's "difficult" and WIDER FACE's ignored faces, is left out.
 * Source: Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 88, 2010, section 4.2.
 */
export function compare(detections: readonly Detection[], marked: Marked, threshold: number): Counts {
  const known = [...marked.boxes, ...marked.ignore];
  const found = new Set<Box>();
  let falsePositives = 0;
  for (const { box } of [...detections].sort((a, b) => b.score - a.score)) {
    const best = bestFor(box, known, threshold);
    const isLabel = best !== undefined && marked.boxes.includes(best);
    if (isLabel && !found.has(best)) found.add(best);
    else if (isLabel || !isIgnored(box, best, marked)) falsePositives++;
  }
  return { found: found.size, missed: marked.boxes.length - found.size, falsePositives };
}

function bestFor(box: Box, known: readonly Box[], threshold: number): Box | undefined {
  let best: Box | undefined;
  let most = threshold;
  for (const each of known) {
    const overlap = intersectionOverUnion(box, each);
    // Of equals the first: labels come before what is ignored.
    if (overlap < most || (best && overlap === most)) continue;
    best = each;
    most = overlap;
  }
  return best;
}

function isIgnored(box: Box, best: Box | undefined, { ignore }: Marked): boolean {
  if (best) return true;
  return ignore.some((region) => sharedArea(box, region) >= mostlyInside * area(box));
}

/** The program has a function of its own for this; its judge does not take its word. */
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
