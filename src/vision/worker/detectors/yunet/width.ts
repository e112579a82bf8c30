import { defaultDetectWidth } from "../../../defaults.ts";
import type { FrameSize } from "../../../types.ts";

/**
 * Sides of the faces that YuNet finds, pixels of its input. Measured with 29 labelled pictures: at 10 pixels it finds 15 of
 * the faces, at 12 it finds 22, from 14 to 256 all; at 600 a quarter.
 */
export const smallestFaceInInput = 14;

/** At most for images, pixels of width times height: ONNX Runtime needs 400 MB for so many. */
const mostPixels = 5e6;

/** How wide the detector's inputs are for a frame; `width` is the user's choice. */
export interface WidthSettings {
  readonly width?: number | undefined;
  readonly minFace: number;
  /** The frames are images: time matters less than that no face is missed. */
  readonly stills: boolean;
}

/**
 * The widths at which frames of this size are searched, the largest first. For images these are two: one in which the
 * smallest face is large enough for the model, and the usual one for faces that are too large for it then.
 */
export function searchWidths(frame: FrameSize, { width, minFace, stills }: WidthSettings): readonly number[] {
  if (width !== undefined || !stills) return [width ?? defaultDetectWidth];
  const wanted = Math.ceil((smallestFaceInInput * frame.width) / minFace);
  const most = Math.floor(Math.sqrt((mostPixels * frame.width) / frame.height));
  const wide = Math.min(wanted, most, frame.width);
  return wide > defaultDetectWidth ? [wide, defaultDetectWidth] : [defaultDetectWidth];
}
