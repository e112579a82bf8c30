import { refused } from "../../base/errors.ts";
import type { Mat } from "../opencv.ts";
import { Backlog } from "./backlog.ts";
import type { Feed } from "./feed.ts";
import type { Source } from "./source.ts";

/** To learn the frames' interval so many are waited for. */
const lessons = 4;
/** Learning takes so long at most, and so does catching up before the interval is learned anew, ms. */
const patience = 1000;

interface Read {
  readonly mat: Mat;
  /** How long it had to wait for the camera, ms. */
  readonly waited: number;
  /** When it was done, ms on the steady clock. */
  readonly now: number;
}

interface Newest {
  readonly mat: Mat;
  readonly backlog: Backlog;
  /** Frames that were read and dropped to get to it. */
  readonly dropped: number;
}

/** A camera or network stream that is being captured: gives the newest frame, and fails when frames stop. */
export function liveSource(feed: Feed, name: string): Source {
  /** What it takes to decode a frame, ms. The least that was seen: other threads of this process work meanwhile. */
  let decoding = Number.POSITIVE_INFINITY;
  const next = (): Read => {
    const start = performance.now();
    const busy = process.cpuUsage();
    const mat = feed.capture.read();
    const { user, system } = process.cpuUsage(busy);
    const now = performance.now();
    if (mat.empty) throw refused(`the camera ${name} gives no frames`, "Check its cable or network");
    decoding = Math.min(decoding, (user + system) / 1000);
    return { mat, waited: now - start - decoding, now };
  };
  let backlog: Backlog | undefined;
  return {
    info: { live: true },
    async read() {
      // What came while the stream was opened is not dropped because we are slow.
      let dropped = backlog ? 0 : Number.NEGATIVE_INFINITY;
      for (;;) {
        const newest: Newest = backlog ? catchUp(next, backlog) : learn(next);
        backlog = newest.backlog;
        dropped += newest.dropped;
        const now = performance.now();
        const age = feed.age() ?? now - backlog.takenAt(now) + feed.heldBack * backlog.interval;
        const capturedAt = Math.round(Date.now() - age);
        const mat = feed.decode(newest.mat);
        if (mat) return { mat, capturedAt, dropped: Math.max(0, dropped) };
        dropped++;
      }
    },
    rewind() {},
    close: () => feed.capture.release(),
  };
}

/** Reads the newest frame. */
function catchUp(next: () => Read, backlog: Backlog): Newest {
  const start = performance.now();
  const excess = backlog.excess(start);
  for (let dropped = 0; ; dropped++) {
    const { mat, waited, now } = next();
    if (backlog.isNewest(waited, now) || dropped >= excess) return { mat, backlog, dropped };
    mat.release();
    // The camera is faster than it was: no read ever waits for as long as we expect.
    if (now - start > patience) {
      const newest = learn(next);
      return { ...newest, dropped: newest.dropped + dropped + 1 };
    }
  }
}

/** Reads frames for a while: those that came with opening the stream return at once, the later ones at the camera's pace. */
function learn(next: () => Read): Newest {
  const start = performance.now();
  let longest = 0;
  // Of the first one nobody knows how long it was under way: a stream begins when it likes.
  let { mat, now: last } = next();
  const reads: { waited: number; took: number }[] = [];
  for (;;) {
    mat.release();
    const { waited, now, ...read } = next();
    mat = read.mat;
    reads.push({ waited, took: now - last });
    last = now;
    longest = Math.max(longest, waited);
    if (now - start > Math.min(lessons * longest, patience)) break;
  }
  const steady = reads.filter(({ waited }) => waited >= longest / 4).map(({ took }) => took);
  const interval = steady.sort((a, b) => a - b)[steady.length >> 1] as number;
  return { mat, backlog: new Backlog(interval, last), dropped: reads.length };
}
