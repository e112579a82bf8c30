import type { SourceInfo } from "../types.ts";

/** Whether to analyze a frame, when `fps` asks for fewer than the source delivers; `time` is the frame's, in ms. */
export type FrameRateLimit = (time: number) => boolean;

/** For a recording its own clock counts, not the speed of reading. */
export function createFrameRateLimit(fps: number | undefined, { unrelated }: SourceInfo): FrameRateLimit {
  return fps === undefined || unrelated ? () => true : rateLimit(fps);
}

export function rateLimit(fps: number): FrameRateLimit {
  const period = 1000 / fps;
  // Frames come with jitter: a frame that is a little early is accepted.
  const tolerance = Math.min(period / 4, 10);
  let due: number | undefined;
  return (time) => {
    if (due !== undefined && time < due - tolerance) return false;
    // Counted from the due time, so that the average is exact; but a pause is not caught up with.
    due = due === undefined ? time + period : Math.max(due + period, time);
    return true;
  };
}
