/** Which frames are looked at when `fps` asks for fewer than the source gives. */
export interface FrameRateLimit {
  /** Whether to look at this frame; `nth` counts the source's frames from 0, `capturedAt` is in ms. */
  accepts(nth: number, capturedAt: number): boolean;
}

/** Every frame. */
export const everyFrame: FrameRateLimit = { accepts: () => true };

/** For a recording, by its own frame rate: 10 of 30 takes every third, however fast it is read. */
export function byCount(fps: number, rate: number): FrameRateLimit {
  const part = Math.min(1, fps / rate);
  return { accepts: (nth) => nth === 0 || Math.floor(nth * part) !== Math.floor((nth - 1) * part) };
}

/** For a live camera, by the clock. */
export function byClock(fps: number): FrameRateLimit {
  const period = 1000 / fps;
  // A camera's frames are not exactly even: one that is a little early is not worth waiting for the next.
  const early = Math.min(period / 4, 10);
  let due: number | undefined;
  return {
    accepts(_nth, capturedAt) {
      if (due !== undefined && capturedAt < due - early) return false;
      // From due to due, so that the average is exact; but what was missed in a pause is not made up for.
      due = due === undefined ? capturedAt + period : Math.max(due + period, capturedAt);
      return true;
    },
  };
}
