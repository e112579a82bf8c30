import type { Box } from "../../../face/face.ts";
import { cells, headLimits, type SyntheticSpec } from "../../synthetic-spec.ts";
import { randomFrom } from "./random.ts";

/** How far a drawn head reaches above and below its face box, as a part of the box's side. */
export const headAbove = 0.14;
export const headBelow = 0.18;

/** One face's way through its cell, fixed for the whole scene. */
interface Walk {
  /** Side of the square face box, pixels. */
  readonly side: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** Movement to and fro between two ends. */
interface Axis {
  readonly least: number;
  readonly span: number;
  /** Pixels per second. */
  readonly speed: number;
  /** Where on its way the movement starts, pixels. */
  readonly start: number;
}

/**
 * The true boxes of the faces in frame `index`, in a fixed order: what a face detector should find.
 * Whole pixels; faces neither touch one another nor the frame's edge.
 */
export function sceneAt(spec: SyntheticSpec, index: number): Box[] {
  return sceneOf(spec)(index);
}

/** The same as `sceneAt`, with the walks worked out once for many frames. */
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
  const { least, most } = headLimits(spec);
  const width = spec.width / columns;
  const height = spec.height / rows;
  return Array.from({ length: spec.faces }, (_, face) => {
    const side = Math.floor(least + random() * (most - least));
    const left = (face % columns) * width;
    const top = Math.floor(face / columns) * height;
    return {
      side,
      x: axis(random, left, left + width - side, width),
      y: axis(random, top + side * headAbove, top + height - side * (1 + headBelow), height),
    };
  });
}

function axis(random: () => number, least: number, most: number, cell: number): Axis {
  const [from, to] = [Math.ceil(least) + 2, Math.floor(most) - 2];
  const span = Math.max(0, to - from);
  return { least: from, span, speed: cell * (0.1 + 0.2 * random()), start: random() * 2 * span };
}

function position({ least, span, speed, start }: Axis, seconds: number): number {
  if (span === 0) return least;
  const way = start + speed * seconds;
  const onCycle = way - Math.floor(way / (2 * span)) * 2 * span;
  return least + Math.floor(onCycle <= span ? onCycle : 2 * span - onCycle);
}
