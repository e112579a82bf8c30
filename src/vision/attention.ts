import type { Mat } from "./opencv.ts";

/** Decides which frames are worth a look: none is, while nothing moves and no face is followed. */
export interface Attention {
  /** `seconds` is the frame's time; `following` whether there are faces to be followed. */
  wants(frame: Mat, seconds: number, following: boolean): boolean;
}

/** Looks at every frame. */
export const always: Attention = { wants: () => true };
