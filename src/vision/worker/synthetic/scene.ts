import type { Box } from "../../../face/face.ts";
import { cells, headLimits, type SyntheticSpec } from "../../synthetic-spec.ts";
import { randomFrom } from "./random.ts";

/** How far a drawn head extends above and below its face box, as a fraction of the box's side. */
export const headAbove = 0.14;
export const headBelow = 0.18;

/** The movement of one face within its cell. */
interface Walk {
  /** Side of the square face box, pixels. */
  readonly side: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** Movement back and forth between two ends. */
interface Axis {
  readonly min: number;
  readonly span: number;
  /** Pixels per second. */
  readonly speed: number;
  /** Distance already covered in the first frame, pixels. */
  readonly start: number;
}

/**
 * Frame index in, the true boxes of its faces out, in a fixed order: what a face detector should find.
 * Whole pixels; faces touch neither one another nor the frame's edge.
 */
export function sceneOf(spec: SyntheticSpec): (index: number) => Box[] {
  const walks = plan(spec);
  return (index) =>
    walks.map(({ side, x, y }) => ({
      x: position(x, index / spec.fps),
      y: position(y, index / spec.fps),
      width: side,
      height: side,
    }));
}

function plan(spec: SyntheticSpec): Walk[] {
  const random = randomFrom(spec.seed);
  const { columns, rows } = cells(spec);
  const { min, max } = headLimits(spec);
  const width = spec.width / columns;
  const height = spec.height / rows;
  return Array.from({ length: spec.faces }, (_, face) => {
    const side = Math.floor(min + random() * (max - min));
    const left = (face % columns) * width;
    const top = Math.floor(face / columns) * height;
    return {
      side,
      x: axis(random, left, left + width - side, width),
      y: axis(random, top + side * headAbove, top + height - side * (1 + headBelow), height),
    };
  });
}

function axis(random: () => number, min: number, max: number, cell: number): Axis {
  const [from, to] = [Math.ceil(min) + 2, Math.floor(max) - 2];
  const span = Math.max(0, to - from);
  return { min: from, span, speed: cell * (0.1 + 0.2 * random()), start: random() * 2 * span };
}

function position({ min, span, speed, start }: Axis, seconds: number): number {
  if (span === 0) return min;
  const distance = start + speed * seconds;
  const onCycle = distance - Math.floor(distance / (2 * span)) * 2 * span;
  return min + Math.floor(onCycle <= span ? onCycle : 2 * span - onCycle);
}
