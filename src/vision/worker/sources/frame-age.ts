import type { Cv, VideoCapture } from "../opencv.ts";
import type { Capture } from "./capture.ts";
import type { FrameQueue } from "./frame-queue.ts";

/** An older timestamp is from another clock than ours, ms. */
const maxAge = 10_000;

/**
 * How long ago the frame that was read last was captured, ms: by the camera's timestamp if it has one, otherwise by the time
 * that the frame spent in the queue and in the decoder. What happens before a frame arrives at this machine is unknown.
 */
export function frameAge({ timestampAge, heldBack }: Capture, queue: FrameQueue): number {
  const now = performance.now();
  return timestampAge() ?? now - queue.arrivedAt(now) + heldBack * queue.interval;
}

/**
 * The age by Video4Linux's timestamp, ms; undefined when it is not plausible.
 * The timestamp is of the monotonic clock (V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC), which hrtime reads.
 */
export function deviceTimestampAge(cv: Cv, video: VideoCapture): number | undefined {
  const ms = Number(process.hrtime.bigint()) / 1e6 - video.get(cv.CAP_PROP_POS_MSEC);
  return ms >= 0 && ms < maxAge ? ms : undefined;
}
