import type { VisionSettings } from "../types.ts";
import { view } from "./crop.ts";
import { MotionGate } from "./motion/gate.ts";
import { thumbnailer } from "./motion/thumbnail.ts";
import type { Cv, Mat } from "./opencv.ts";
import { regionOf } from "./region.ts";

/** While nothing moves there is still a look this often, seconds: somebody may have come in all too slowly. */
const longestRest = 1;
/** While something moves and no face is seen, a look this often is enough for one picture per visit, seconds. */
const searchEvery = 0.1;

/** Decides which frames are worth a look: none is, while nothing moves and no face is followed. */
export interface Attention {
  /** `seconds` is the frame's time; `following` whether there are faces to be followed. */
  wants(frame: Mat, seconds: number, following: boolean): boolean;
}

/** Attention for what moves in the region that the settings name, or for every frame when they say so. */
export function attentionFor(cv: Cv, { everyFrame, only, emit }: VisionSettings): Attention {
  if (everyFrame) return { wants: () => true };
  const shortestRest = emit.kind === "all" ? 0 : searchEvery;
  const gate = new MotionGate();
  const region = regionOf(only);
  const thumbnailOf = thumbnailer(cv);
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    wants(frame, seconds, following) {
      const part = view(cv, frame, region.rectangle(frame));
      const { grey, width } = thumbnailOf(part);
      part.release();
      // It learns from every frame, also from those that are looked at anyway.
      const rest = gate.moved(grey, width, seconds) ? shortestRest : longestRest;
      const wanted = following || seconds - lookedAt >= rest;
      if (wanted) lookedAt = seconds;
      return wanted;
    },
  };
}
