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
/** How often a frame is used when not every face of every frame is wanted, seconds. Others are not even decoded. */
const intervals = {
  /** Motion, and faces when something moves: nobody walks past in less. */
  search: 0.4,
  /** Faces when something that is no person has moved for a while: a tree, traffic. */
  slowSearch: 1,
  /** A tracked face: one that turns to the camera does so for longer. */
  tracking: 1 / 15,
} as const;
/** With `emit all` every frame in which something moves is analyzed. */
const everyMoment = { search: 0, slowSearch: 0, tracking: 0 } as const;
/** Motion without a face for this long is most likely no person, seconds. */
const slowAfter = 2;
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
  const { search, slowSearch, tracking: trackingInterval } = emit.kind === "all" ? everyMoment : intervals;
  let analyzedAt = Number.NEGATIVE_INFINITY;
  let searchedAt = Number.NEGATIVE_INFINITY;
  /** Since when something moves and no face is tracked. */
  let movingSince = Number.NEGATIVE_INFINITY;
  const isMoving = (picture: Picture, seconds: number): boolean => {
    searchedAt = seconds;
    const { mat } = picture.at(thumbnailReduction(region.rectangle(picture.size)));
    const part = view(cv, mat, region.rectangle(sizeOf(mat)));
    const { gray, width } = thumbnailOf(cv, part);
    part.release();
    return gate.moved(gray, width, seconds);
  };
  return (picture, seconds, tracking) => {
    const isDue = (interval: number) => seconds - analyzedAt >= interval * jitter;
    const isSearch = seconds - searchedAt >= search * jitter;
    const isTracking = tracking && isDue(trackingInterval);
    if (!isSearch && !isTracking) return false;
    // Decoded once for the detector and the motion.
    if (isTracking) picture.at(detector.reductionFor(picture.size));
    // Motion is learned also from frames that are analyzed anyway.
    const moves = isSearch && isMoving(picture, seconds);
    if (tracking || !moves) movingSince = seconds;
    const isSlow = seconds - movingSince > slowAfter;
    const wanted = isTracking || (moves && isDue(isSlow ? slowSearch : search)) || isDue(idleInterval);
    if (wanted) analyzedAt = seconds;
    return wanted;
  };
}
