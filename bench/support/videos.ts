import { sharedData } from "./data.ts";

/** 1332 frames, 640x480: one person after another at a webcam, a face in every frame. */
export function webcamVideo(): string {
  return sharedData("videos/bench_asl_webcam_640x480_30fps.mp4");
}

/** 1657 frames, 640x480: ten times 3 s of bottles and hands, then one person. */
export function mixedVideo(): string {
  return sharedData("videos/bench_mixed_empty_person_640x480_30fps.mp4");
}

/** Frames from `from` up to, and without, `to`. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

/**
 * Frames at which the mixed video changes scene: there the mean difference between two frames is at least 75 gray
 * levels, elsewhere at most 8.
 */
const cuts = [
  0, 91, 168, 258, 367, 458, 524, 614, 672, 763, 824, 914, 982, 1072, 1144, 1235, 1322, 1412, 1501, 1592,
  1657,
];
const segments = cuts.slice(1).map((to, nth): Segment => ({ from: cuts[nth] ?? 0, to }));

/** The segments of the mixed video with nobody in them, and those with a person. */
export const emptySegments = segments.filter((_segment, nth) => nth % 2 === 0);
export const personSegments = segments.filter((_segment, nth) => nth % 2 === 1);
