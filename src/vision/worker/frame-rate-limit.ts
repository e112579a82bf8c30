import type { Source } from "./sources/source.ts";

/**
 * Whether to analyze a frame, when `fps` asks for fewer than the source delivers; `nth` counts the source's frames from 0,
 * `capturedAt` is in ms.
 */
export type FrameRateLimit = (nth: number, capturedAt: number) => boolean;

export function createFrameRateLimit(fps: number | undefined, source: Source): FrameRateLimit {
  if (fps !== undefined && source.info.live) return liveLimit(fps);
  if (fps !== undefined && source.rate !== undefined) return recordingLimit(fps, source.rate);
  return () => true;
}

/** For a recording, whose own rate counts, not the speed of reading: 10 of 30 is every third frame. */
export function recordingLimit(fps: number, rate: number): FrameRateLimit {
  const ratio = Math.min(1, fps / rate);
  return (nth) => nth === 0 || Math.floor(nth * ratio) !== Math.floor((nth - 1) * ratio);
}

export function liveLimit(fps: number): FrameRateLimit {
  const period = 1000 / fps;
  // A camera's frames come with jitter: a frame that is a little early is accepted.
  const tolerance = Math.min(period / 4, 10);
  let due: number | undefined;
  return (_nth, capturedAt) => {
    if (due !== undefined && capturedAt < due - tolerance) return false;
    // Counted from the due time, so that the average is exact; but a pause is not caught up with.
    due = due === undefined ? capturedAt + period : Math.max(due + period, capturedAt);
    return true;
  };
}
