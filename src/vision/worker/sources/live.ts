import { UserError } from "../../../base/errors.ts";
import { isIntact } from "../picture.ts";
import type { Capture } from "./capture.ts";
import { frameAge } from "./frame-age.ts";
import { FrameQueue } from "./frame-queue.ts";
import type { Source } from "./source.ts";

/** After this many reads that had to wait, the queue is empty; the waits of a busy machine come one at a time. */
const enoughWaits = 3;
/** Limit of catching up, ms: with streams that are faster than they can be decoded, no read ever waits. */
const maxCatchUp = 1000;
/** A read that waited for less may have been delayed by other programs, ms. */
const minWait = 3;

/** A grabbed frame. */
interface Read {
  /** How long it had to wait for the camera, ms. */
  readonly waited: number;
  /** When it was done, ms on the monotonic clock. */
  readonly now: number;
}

/** A camera or network stream: delivers the newest frame, and fails when there are no more frames. */
export function liveSource(capture: Capture, name: string): Source {
  /** CPU time to grab a frame, ms. The minimum so far: other threads of this process work at the same time. */
  let decoding = Number.POSITIVE_INFINITY;
  const next = (): Read => {
    const start = performance.now();
    const cpuBefore = process.cpuUsage();
    const grabbed = capture.video.grab();
    const { user, system } = process.cpuUsage(cpuBefore);
    const now = performance.now();
    if (!grabbed) {
      const why = capture.whyEnded?.();
      if (why) throw why;
      const message = `the camera ${name} delivers no frames`;
      throw new UserError("CAMERA_NO_FRAMES", message, "Check its cable or network");
    }
    decoding = Math.min(decoding, (user + system) / 1000);
    return { waited: now - start - decoding, now };
  };
  let queue: FrameQueue | undefined;
  return {
    info: { live: true, stream: capture.stream },
    async read() {
      const opening = queue === undefined;
      queue ??= drainQueue(next);
      let dropped = 0;
      for (;;) {
        const newest = readNewest(next, queue, capture);
        dropped += newest.dropped;
        const capturedAt = Math.round(Date.now() - frameAge(capture, queue));
        const picture = capture.picture();
        if (!opening) return { picture, capturedAt, dropped };
        // Frames that queued up while the stream was opened do not count: detection was not too slow for them.
        if (isIntact(picture)) return { picture, capturedAt, dropped: 0 };
      }
    },
    rewind() {},
    close: () => capture.video.release(),
  };
}

/** Reads what queued up while the stream was opened, until two reads in a row had to wait. */
function drainQueue(next: () => Read): FrameQueue {
  // The wait for the first frame says nothing: a stream may take its time to start.
  const first = next();
  for (let waitedBefore = false; ; ) {
    const { waited, now } = next();
    const waits = waited > minWait;
    if ((waitedBefore && waits) || now - first.now > maxCatchUp / 2) return new FrameQueue(now);
    waitedBefore = waits;
  }
}

/** The newest frame, and the number of older ones that were dropped to get to it. */
function readNewest(next: () => Read, queue: FrameQueue, { timestampAge }: Capture) {
  const start = performance.now();
  const excess = queue.excess(start);
  const waits: number[] = [];
  for (let dropped = 0; ; dropped++) {
    const { waited, now } = next();
    queue.onRead(waited, now);
    waits.push(waited);
    const empty = hadToWait(waits, queue.interval) || now - start > maxCatchUp;
    if (empty) queue.onEmpty(now);
    // A driver keeps only a few frames, the oldest ones: the one after them is new, however long we were busy.
    const age = timestampAge() ?? Number.POSITIVE_INFINITY;
    if (empty || dropped >= excess || age < queue.interval * 1.5) return { dropped };
  }
}

/** Whether several of these reads had to wait for the camera. */
function hadToWait(waits: readonly number[], interval: number): boolean {
  const threshold = Math.max(minWait, interval / 4, Math.max(...waits) / 4);
  return waits.filter((waited) => waited > threshold).length >= enoughWaits;
}
