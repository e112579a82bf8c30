import type { VisionSettings } from "../types.ts";
import { sizeOf, view } from "./crop.ts";
import type { Detector } from "./detectors/detector.ts";
import { MotionGate } from "./motion/motion-gate.ts";
import { thumbnailOf, thumbnailReduction } from "./motion/thumbnail.ts";
import type { Cv } from "./opencv.ts";
import type { Picture } from "./picture.ts";
import { regionOf } from "./region-of-interest.ts";

/** While nothing moves, a frame is still analyzed this often, seconds: somebody may have come in very slowly. */
const idleInterval = 1;
/** With one shot per visit, or per period, motion is looked for this often, seconds. Frames between are not even decoded. */
const searchInterval = 0.1;
/** ... and a tracked face this often. A face turns towards the camera for longer. */
const trackingInterval = 1 / 15;
/** Frames come with jitter: one that is a little early is accepted. */
const jitter = 0.9;

/**
 * Whether a frame is worth analyzing: hardly any is while nothing moves and no face is tracked. `seconds` is the frame's
 * time; `tracking` says whether faces are being tracked. Throws a DamagedFrameError.
 */
export type ShouldAnalyze = (picture: Picture, seconds: number, tracking: boolean) => boolean;

/** A filter for the motion within the zones of the settings. */
export function createFrameFilter(
  cv: Cv,
  { everyFrame, zones, emit }: VisionSettings,
  detector: Detector,
): ShouldAnalyze {
  if (everyFrame) return () => true;
  const gate = new MotionGate();
  const region = regionOf(zones);
  let analyzedAt = Number.NEGATIVE_INFINITY;
  let readAt = Number.NEGATIVE_INFINITY;
  return (picture, seconds, tracking) => {
    const interval = tracking ? trackingInterval : searchInterval;
    if (emit.kind !== "all" && seconds - readAt < interval * jitter) return false;
    readAt = seconds;
    // It will be analyzed: decoded once, for both.
    if (tracking) picture.at(detector.reductionFor(picture.size));
    const { mat } = picture.at(thumbnailReduction(region.rectangle(picture.size)));
    const part = view(cv, mat, region.rectangle(sizeOf(mat)));
    const { gray, width } = thumbnailOf(cv, part);
    part.release();
    // The gate learns also from frames that are analyzed anyway.
    const moved = gate.moved(gray, width, seconds);
    const wanted = tracking || moved || seconds - analyzedAt >= idleInterval;
    if (wanted) analyzedAt = seconds;
    return wanted;
  };
}
