import type { VisionSettings } from "../types.ts";
import { view } from "./crop.ts";
import { MotionGate } from "./motion/motion-gate.ts";
import { thumbnailOf } from "./motion/thumbnail.ts";
import type { Cv, Mat } from "./opencv.ts";
import { regionOf } from "./region-of-interest.ts";

/** While nothing moves, a frame is still analyzed this often, seconds: somebody may have come in very slowly. */
const idleInterval = 1;
/** While something moves and no face is tracked, this often is enough for one shot per visit, seconds. */
const searchInterval = 0.1;

/**
 * Whether a frame is worth analyzing: hardly any is while nothing moves and no face is tracked. `seconds` is the frame's
 * time; `tracking` says whether faces are being tracked.
 */
export type ShouldAnalyze = (frame: Mat, seconds: number, tracking: boolean) => boolean;

/** A filter for the motion within the zones of the settings. */
export function createFrameFilter(cv: Cv, { everyFrame, zones, emit }: VisionSettings): ShouldAnalyze {
  if (everyFrame) return () => true;
  const motionInterval = emit.kind === "all" ? 0 : searchInterval;
  const gate = new MotionGate();
  const region = regionOf(zones);
  let analyzedAt = Number.NEGATIVE_INFINITY;
  return (frame, seconds, tracking) => {
    const part = view(cv, frame, region.rectangle(frame));
    const { gray, width } = thumbnailOf(cv, part);
    part.release();
    // The gate learns from every frame, also from those that are analyzed anyway.
    const interval = gate.moved(gray, width, seconds) ? motionInterval : idleInterval;
    const wanted = tracking || seconds - analyzedAt >= interval;
    if (wanted) analyzedAt = seconds;
    return wanted;
  };
}
