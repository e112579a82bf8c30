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
export interface FrameFilter {
  /** `seconds` is the frame's time; `following` whether there are faces to be followed. */
  shouldAnalyze(frame: Mat, seconds: number, following: boolean): boolean;
}

/** Attention for what moves in the region that the settings name, or for every frame when they say so. */
export function createFrameFilter(cv: Cv, { everyFrame, zones, emit }: VisionSettings): FrameFilter {
  if (everyFrame) return { shouldAnalyze: () => true };
  const shortestRest = emit.kind === "all" ? 0 : searchEvery;
  const gate = new MotionGate();
  const region = regionOf(zones);
  const thumbnailOf = thumbnailer(cv);
  let analyzedAt = Number.NEGATIVE_INFINITY;
  return {
    shouldAnalyze(frame, seconds, following) {
      const part = view(cv, frame, region.rectangle(frame));
      const { grey, width } = thumbnailOf(part);
      part.release();
      // It learns from every frame, also from those that are looked at anyway.
      const rest = gate.moved(grey, width, seconds) ? shortestRest : longestRest;
      const wanted = following || seconds - analyzedAt >= rest;
      if (wanted) analyzedAt = seconds;
      return wanted;
    },
  };
}
