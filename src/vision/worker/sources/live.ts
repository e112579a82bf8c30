import { refused } from "../../../base/errors.ts";
import type { Mat } from "../opencv.ts";
import type { Capture } from "./capture.ts";
import { FrameQueue } from "./frame-queue.ts";
import type { Source } from "./source.ts";

/** After so many reads that had to wait, nothing is queued; the waits of a busy machine come one by one. */
const enough = 3;
/** But no longer than this, ms: streams that come faster than they can be decoded never make us wait. */
const patience = 1000;
/** A read that waited for less may as well have been held up by other programs, ms. */
const noise = 3;

interface Read {
  readonly mat: Mat;
  /** How long it had to wait for the camera, ms. */
  readonly waited: number;
  /** When it was done, ms on the steady clock. */
  readonly now: number;
}

interface Newest {
  readonly mat: Mat;
  /** Frames that were read and dropped to get to it. */
  readonly dropped: number;
}

/** A camera or network stream that is being captured: gives the newest frame, and fails when frames stop. */
export function liveSource(feed: Capture, name: string): Source {
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
  let backlog: FrameQueue | undefined;
  return {
    info: { live: true },
    async read() {
      const opening = backlog === undefined;
      backlog ??= begin(next);
      let dropped = 0;
      for (;;) {
        const newest = catchUp(next, backlog, feed);
        dropped += newest.dropped;
        const now = performance.now();
        const age = feed.age() ?? now - backlog.takenAt(now) + feed.heldBack * backlog.interval;
        const capturedAt = Math.round(Date.now() - age);
        const mat = feed.decode(newest.mat);
        // What came while the stream was opened is not dropped because we are slow.
        if (mat) return { mat, capturedAt, dropped: opening ? 0 : dropped };
        dropped++;
      }
    },
    rewind() {},
    close: () => feed.capture.release(),
  };
}

/** Reads what came while the stream was opened, until two reads in a row have to wait: then nothing is queued. */
function begin(next: () => Read): FrameQueue {
  // Of the first frame nobody knows how long it was under way: a stream begins when it likes.
  const first = next();
  first.mat.release();
  const start = first.now;
  for (let before = false; ; ) {
    const { mat, waited, now } = next();
    mat.release();
    if ((before && waited > noise) || now - start > patience / 2) return new FrameQueue(now);
    before = waited > noise;
  }
}

/** Reads the newest frame. */
function catchUp(next: () => Read, backlog: FrameQueue, feed: Capture): Newest {
  const start = performance.now();
  const excess = backlog.excess(start);
  const waits: number[] = [];
  for (let dropped = 0; ; dropped++) {
    const { mat, waited, now } = next();
    backlog.count(waited, now);
    waits.push(waited);
    const settled = hadToWait(waits, backlog.interval) || now - start > patience;
    if (settled) backlog.settle(now);
    // A driver keeps only a few frames, the oldest ones: what comes after them is new, however long we were away.
    const age = feed.age() ?? Number.POSITIVE_INFINITY;
    if (settled || dropped >= excess || age < backlog.interval * 1.5) return { mat, dropped };
    mat.release();
  }
}

/** Whether several of these reads had to wait for the camera. */
function hadToWait(waits: readonly number[], interval: number): boolean {
  const least = Math.max(noise, interval / 4, Math.max(...waits) / 4);
  return waits.filter((waited) => waited > least).length >= enough;
}
