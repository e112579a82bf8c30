import type { Box } from "../../../face/face.ts";

/** Seconds between two looks at the whole frame: so late somebody else may be noticed. */
export const fullFrameInterval = 0.2;

/** How far around a face it is looked for, in sides of the face. */
const around = 0.6;
/** A part of the frame that is larger than this is not worth a look of its own. */
const largestPart = 0.5;
/** Sides of the part are a multiple of this, pixels of the frame, so that there are few sizes to prepare for. */
const step = 64;

/** The part of the frame where faces are that were expected at `boxes`, or undefined when it is better to look at all. */
export function searchWindow(boxes: readonly Box[], frame: { cols: number; rows: number }): Box | undefined {
  if (boxes.length === 0) return undefined;
  const span = (from: (box: Box) => number, size: (box: Box) => number, most: number) => {
    const low = Math.min(...boxes.map((box) => from(box) - around * size(box)));
    const high = Math.max(...boxes.map((box) => from(box) + (1 + around) * size(box)));
    const length = Math.min(most, Math.ceil((high - low) / step) * step);
    const start = Math.min(most - length, Math.max(0, Math.round((low + high - length) / 2)));
    return { start, length };
  };
  const across = span(
    ({ x }) => x,
    ({ width }) => width,
    frame.cols,
  );
  const down = span(
    ({ y }) => y,
    ({ height }) => height,
    frame.rows,
  );
  const part = { x: across.start, y: down.start, width: across.length, height: down.length };
  return part.width * part.height <= largestPart * frame.cols * frame.rows ? part : undefined;
}

/** Whether `box` ends within the part, or at the frame's own edge: nothing of it can lie outside of the part. */
export function isWithinWindow(box: Box, part: Box, frame: { cols: number; rows: number }): boolean {
  return (
    (box.x > part.x || part.x === 0) &&
    (box.y > part.y || part.y === 0) &&
    (box.x + box.width < part.x + part.width || part.x + part.width === frame.cols) &&
    (box.y + box.height < part.y + part.height || part.y + part.height === frame.rows)
  );
}
