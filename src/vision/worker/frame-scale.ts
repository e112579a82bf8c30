import { type Box, landmarksOf } from "../../face/face.ts";
import type { FrameSize } from "../types.ts";
import type { Detection } from "./detectors/detector.ts";
import type { Decoded, Reduction } from "./picture.ts";

/** A window of the whole frame, in pixels of the decoded one. Windows of one size keep one size. */
export function reducedWindow(window: Box, { mat, reduction }: Decoded): Box {
  const span = (start: number, length: number, max: number) => {
    const [first, count] = [Math.floor(start / reduction), Math.ceil(length / reduction)];
    return [first, Math.min(count, max - first)] as const;
  };
  const [x, width] = span(window.x, window.width, mat.cols);
  const [y, height] = span(window.y, window.height, mat.rows);
  return { x, y, width, height };
}

/**
 * A detection in a reduced frame, in pixels of the whole one: the box in whole pixels within it, landmarks to a tenth.
 */
export function toFrame(
  { box, score, landmarks }: Detection,
  reduction: Reduction,
  frame: FrameSize,
): Detection {
  const edge = (value: number, max: number) => Math.min(max, Math.max(0, Math.round(value * reduction)));
  const [x, y] = [edge(box.x, frame.width), edge(box.y, frame.height)];
  const width = edge(box.x + box.width, frame.width) - x;
  const height = edge(box.y + box.height, frame.height) - y;
  const tenth = (value: number) => Math.round(value * reduction * 10) / 10;
  const points =
    landmarks && landmarksOf((name) => ({ x: tenth(landmarks[name].x), y: tenth(landmarks[name].y) }));
  return { box: { x, y, width, height }, score, landmarks: points };
}
