import { refused } from "../../base/errors.ts";
import type { Mat, VideoCapture } from "../opencv.ts";
import { Backlog } from "./backlog.ts";
import type { Source } from "./source.ts";

/** Frames are watched for so long at the start, to learn their interval, ms; a webcam adjusts to the light meanwhile. */
const warmUp = 1000;
/** So many frames are dropped in one go, at most: a bound for streams that never make us wait. */
const mostDropped = 100;

/** A camera or network stream that is being captured: gives the newest frame, and fails when frames stop. */
export function liveSource(capture: VideoCapture, name: string): Source {
  let backlog: Backlog | undefined;
  const read = (): Mat => {
    const mat = capture.read();
    if (mat.empty) throw refused(`the camera ${name} gives no frames`, "Check its cable or network");
    return mat;
  };
  return {
    info: { live: true },
    async read() {
      backlog ??= watchInterval(read);
      let mat = read();
      let dropped = 0;
      if (backlog.isOld(performance.now()))
        for (let newest = false; !newest && dropped < mostDropped; dropped++) {
          mat.release();
          const start = performance.now();
          mat = read();
          newest = backlog.isNewest(performance.now() - start, performance.now());
        }
      return { mat, capturedAt: Date.now(), dropped };
    },
    rewind() {},
    close: () => capture.release(),
  };
}

/** Reads frames for a while; those that came with opening the stream return at once, the later ones at the camera's pace. */
function watchInterval(read: () => Mat): Backlog {
  const start = performance.now();
  const intervals: number[] = [];
  for (let last = start; last < start + warmUp || intervals.length < 2; ) {
    read().release();
    const now = performance.now();
    intervals.push(now - last);
    last = now;
  }
  const late = intervals.slice(Math.floor(intervals.length / 2)).sort((a, b) => a - b);
  return new Backlog(late[Math.floor(late.length / 2)] ?? 0, performance.now());
}
