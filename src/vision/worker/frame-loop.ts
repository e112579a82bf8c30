import { setImmediate as nextTurn } from "node:timers/promises";
import type { VisionSettings } from "../types.ts";
import type { StartPosition } from "../worker-messages.ts";
import type { Credits } from "./credits.ts";
import type { Detector } from "./detectors/detector.ts";
import { FrameAnalyzer } from "./frame-analyzer.ts";
import { createFrameFilter } from "./frame-filter.ts";
import { createFrameRateLimit } from "./frame-rate-limit.ts";
import type { Cv } from "./opencv.ts";
import { createPrivacyMask } from "./privacy-mask.ts";
import type { ResultBatcher } from "./result-batcher.ts";
import type { GrabbedFrame, Source } from "./sources/source.ts";

/** For images, frames per second. */
const defaultRate = 30;

interface FrameLoop {
  readonly cv: Cv;
  readonly settings: VisionSettings;
  readonly detector: Detector;
  readonly source: Source;
  readonly credits: Credits;
  /** The first frame, which was read to prove that the source works. */
  readonly first: GrabbedFrame | undefined;
  readonly from: StartPosition;
  readonly batcher: ResultBatcher;
  readonly stopped: () => boolean;
}

/** Reads, filters and analyzes frames until the source ends or the supervisor sends stop. */
export async function runFrameLoop(loop: FrameLoop): Promise<void> {
  const { cv, settings, detector, source, credits, from, batcher, stopped } = loop;
  const mask = createPrivacyMask(cv, settings.masks);
  const shouldAnalyze = createFrameFilter(cv, settings);
  const analyzer = new FrameAnalyzer(cv, detector, settings, from.visit);
  const { live, unrelated = false } = source.info;
  const withinRate = createFrameRateLimit(settings.fps, source.info);
  let { index, skip: nth } = from;
  let frame = loop.first;
  while (!stopped()) {
    if (!frame && settings.loop && !live) {
      source.rewind();
      nth = 0;
      frame = await source.read();
    }
    if (!frame) return;
    index += frame.dropped;
    nth += frame.dropped;
    batcher.drop(frame.dropped);
    const { mat, capturedAt } = frame;
    mask(mat);
    const seconds = live ? performance.now() / 1000 : (frame.seconds ?? index / (source.rate ?? defaultRate));
    const tracking = unrelated || analyzer.isTracking(seconds);
    if (!withinRate(live ? capturedAt : seconds * 1000) || !shouldAnalyze(mat, seconds, tracking))
      batcher.skip();
    else if (live && credits.left <= 0) batcher.drop(1);
    else {
      await credits.acquire();
      if (!stopped()) {
        const result = await analyzer.analyze({ ...frame, index, seconds, unrelated });
        const { detectSeconds, visits, nextVisit } = result;
        // A camera cannot be read from its beginning again.
        const next = { index: index + 1, visit: nextVisit, skip: live ? 0 : nth + 1 };
        if (batcher.add({ index, capturedAt, detectSeconds, visits }, result, next)) credits.spend();
      }
    }
    mat.release();
    index++;
    nth++;
    // OpenCV's calls are synchronous: the supervisor's messages are received here.
    await nextTurn();
    frame = await source.read();
  }
  frame?.mat.release();
}
