import { setImmediate as turn } from "node:timers/promises";
import type { Beginning } from "../messages.ts";
import type { VisionSettings } from "../types.ts";
import type { Credits } from "./credits.ts";
import type { Looker } from "./frame-analyzer.ts";
import type { Attention } from "./frame-filter.ts";
import { byClock, byCount, type Cadence, everyFrame } from "./frame-rate-limit.ts";
import type { Mat } from "./opencv.ts";
import type { Reporter } from "./result-batcher.ts";
import type { Grabbed, Source } from "./sources/source.ts";

/** A recording that has no rate of its own is taken to have this, frames per second. */
const usualRate = 30;

interface Watch {
  readonly settings: VisionSettings;
  readonly source: Source;
  /** Makes black what must not be seen. */
  readonly mask: (frame: Mat) => void;
  readonly attention: Attention;
  readonly looker: Looker;
  readonly credits: Credits;
  /** The first frame, which was read to prove that the source works. */
  readonly first: Grabbed | undefined;
  readonly from: Beginning;
  readonly reporter: Reporter;
  readonly stopped: () => boolean;
}

/** Looks at the source's frames until it ends or the parent says stop. */
export async function watch(job: Watch): Promise<void> {
  const { settings, source, mask, attention, looker, credits, from, reporter, stopped } = job;
  const { live, unrelated = false } = source.info;
  let cadence = cadenceOf(settings, source);
  let { index, skip: nth } = from;
  let grabbed = job.first;
  while (!stopped()) {
    if (!grabbed && settings.loop && !live) {
      source.rewind();
      cadence = cadenceOf(settings, source);
      nth = 0;
      grabbed = await source.read();
    }
    if (!grabbed) return;
    index += grabbed.dropped;
    nth += grabbed.dropped;
    reporter.drop(grabbed.dropped);
    const { mat, capturedAt } = grabbed;
    mask(mat);
    const seconds = live ? performance.now() / 1000 : index / (source.rate ?? usualRate);
    const follows = unrelated || looker.following(seconds);
    if (!cadence.wants(nth, capturedAt) || !attention.wants(mat, seconds, follows)) reporter.skip();
    else if (live && credits.left <= 0) reporter.drop(1);
    else {
      await credits.one();
      if (!stopped()) {
        const seen = await looker.look({ ...grabbed, index, seconds, alone: unrelated });
        const { detectSeconds, visits, nextVisit } = seen;
        // A camera is not read from its beginning again.
        const next = { index: index + 1, visit: nextVisit, skip: live ? 0 : nth + 1 };
        if (reporter.add({ index, capturedAt, detectSeconds, visits }, seen, next)) credits.take();
      }
    }
    mat.release();
    index++;
    nth++;
    // OpenCV keeps the process to itself; this is when the parent's messages are heard.
    await turn();
    grabbed = await source.read();
  }
  grabbed?.mat.release();
}

function cadenceOf({ fps }: VisionSettings, source: Source): Cadence {
  if (fps === undefined) return everyFrame;
  if (source.info.live) return byClock(fps);
  return source.rate === undefined ? everyFrame : byCount(fps, source.rate);
}
