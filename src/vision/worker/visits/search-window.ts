import type { Box } from "../../../face/face.ts";
import type { FrameSize } from "../../types.ts";

/** Seconds between two searches of the whole frame: a new face is found this late at most. */
export const fullFrameInterval = 0.2;

/** Border around a face, in sides of the face. */
const border = 0.6;
/** A window that is larger than this fraction of the frame saves too little time. */
const maxWindow = 0.5;
/** The window's sides are multiples of this, pixels of the frame: few sizes of input to allocate. */
const step = 64;

/** The part of the frame around faces expected at `boxes`, or undefined when searching the whole frame is better. */
export function searchWindow(boxes: readonly Box[], frame: FrameSize): Box | undefined {
  if (boxes.length === 0) return undefined;
  const span = (position: "x" | "y", size: "width" | "height", max: number) => {
    const low = Math.min(...boxes.map((box) => box[position] - border * box[size]));
    const high = Math.max(...boxes.map((box) => box[position] + (1 + border) * box[size]));
    const length = Math.min(max, Math.ceil((high - low) / step) * step);
    const start = Math.min(max - length, Math.max(0, Math.round((low + high - length) / 2)));
    return [start, length] as const;
  };
  const [x, width] = span("x", "width", frame.width);
  const [y, height] = span("y", "height", frame.height);
  return width * height <= maxWindow * frame.width * frame.height ? { x, y, width, height } : undefined;
}

/** Whether `box` ends within the window, or at the frame's own edge: no part of it can lie outside the window. */
export function isWithinWindow(box: Box, window: Box, frame: FrameSize): boolean {
  const [right, bottom] = [window.x + window.width, window.y + window.height];
  return (
    (box.x > window.x || window.x === 0) &&
    (box.y > window.y || window.y === 0) &&
    (box.x + box.width < right || right === frame.width) &&
    (box.y + box.height < bottom || bottom === frame.height)
  );
}
