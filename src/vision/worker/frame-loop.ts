import { setImmediate as turn } from "node:timers/promises";
import type { StartPosition } from "../messages.ts";
import type { VisionSettings } from "../types.ts";
import type { Credits } from "./credits.ts";
import type { FrameAnalyzer } from "./frame-analyzer.ts";
import type { FrameFilter } from "./frame-filter.ts";
import { byClock, byCount, everyFrame, type FrameRateLimit } from "./frame-rate-limit.ts";
import type { Mat } from "./opencv.ts";
import type { ResultBatcher } from "./result-batcher.ts";
import type { GrabbedFrame, Source } from "./sources/source.ts";

/** A recording that has no rate of its own is taken to have this, frames per second. */
const usualRate = 30;

interface FrameLoop {
  readonly settings: VisionSettings;
  readonly source: Source;
  /** Makes black what must not be seen. */
  readonly mask: (frame: Mat) => void;
  readonly filter: FrameFilter;
  readonly analyzer: FrameAnalyzer;
  readonly credits: Credits;
  /** The first frame, which was read to prove that the source works. */
  readonly first: GrabbedFrame | undefined;
  readonly from: StartPosition;
  readonly batcher: ResultBatcher;
  readonly stopped: () => boolean;
}

/** Looks at the source's frames until it ends or the parent says stop. */
export async function runFrameLoop(job: FrameLoop): Promise<void> {
  const { settings, source, mask, filter, analyzer, credits, from, batcher, stopped } = job;
  const { live, unrelated = false } = source.info;
  let rateLimit = rateLimitOf(settings, source);
  let { index, skip: nth } = from;
  let frame = job.first;
  while (!stopped()) {
    if (!frame && settings.loop && !live) {
      source.rewind();
      rateLimit = rateLimitOf(settings, source);
      nth = 0;
      frame = await source.read();
    }
    if (!frame) return;
    index += frame.dropped;
    nth += frame.dropped;
    batcher.drop(frame.dropped);
    const { mat, capturedAt } = frame;
    mask(mat);
    const seconds = live ? performance.now() / 1000 : index / (source.rate ?? usualRate);
    const follows = unrelated || analyzer.following(seconds);
    if (!rateLimit.accepts(nth, capturedAt) || !filter.shouldAnalyze(mat, seconds, follows)) batcher.skip();
    else if (live && credits.left <= 0) batcher.drop(1);
    else {
      await credits.acquire();
      if (!stopped()) {
        const seen = await analyzer.analyze({ ...frame, index, seconds, unrelated: unrelated });
        const { detectSeconds, visits, nextVisit } = seen;
        // A camera is not read from its beginning again.
        const next = { index: index + 1, visit: nextVisit, skip: live ? 0 : nth + 1 };
        if (batcher.add({ index, capturedAt, detectSeconds, visits }, seen, next)) credits.spend();
      }
    }
    mat.release();
    index++;
    nth++;
    // OpenCV keeps the process to itself; this is when the parent's messages are heard.
    await turn();
    frame = await source.read();
  }
  frame?.mat.release();
}

function rateLimitOf({ fps }: VisionSettings, source: Source): FrameRateLimit {
  if (fps === undefined) return everyFrame;
  if (source.info.live) return byClock(fps);
  return source.rate === undefined ? everyFrame : byCount(fps, source.rate);
}
