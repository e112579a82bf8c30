import { setImmediate as turn } from "node:timers/promises";
import { byClock, byCount, type Cadence, everyFrame } from "./cadence.ts";
import type { Credits } from "./credits.ts";
import type { Detector } from "./detector.ts";
import { lookAt } from "./look.ts";
import type { FromChild } from "./messages.ts";
import type { Cv } from "./opencv.ts";
import type { Grabbed, Source } from "./sources/source.ts";
import type { VisionSettings } from "./types.ts";

/** How often the parent hears that frames arrive, when none is sent, ms. */
const heartbeat = 1000;

interface Watch {
  readonly cv: Cv;
  readonly settings: VisionSettings;
  readonly source: Source;
  readonly detector: Detector;
  readonly credits: Credits;
  /** The first frame, which was read to prove that the source works. */
  readonly first: Grabbed;
  readonly firstIndex: number;
  readonly send: (message: FromChild) => void;
  readonly stopped: () => boolean;
}

/** Looks at the source's frames until it ends or the parent says stop. */
export async function watch(job: Watch): Promise<void> {
  const { cv, settings, source, detector, credits, send, stopped } = job;
  const live = source.info.live;
  let cadence = cadenceOf(settings, source);
  let index = job.firstIndex;
  let nth = 0;
  let dropped = 0;
  let skipped = 0;
  let sentAt = performance.now();
  let grabbed: Grabbed | undefined = job.first;
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
    dropped += grabbed.dropped;
    const wanted = cadence.wants(nth, grabbed.capturedAt);
    if (wanted && !live) await credits.one();
    if (stopped()) {
      grabbed.mat.release();
      return;
    }
    if (!wanted) skipped++;
    else if (credits.left <= 0) dropped++;
    else {
      const look = lookAt(cv, detector, settings, grabbed, index);
      credits.take();
      send({ kind: "frame", frame: { index, capturedAt: grabbed.capturedAt, dropped, skipped, ...look } });
      dropped = 0;
      skipped = 0;
      sentAt = performance.now();
    }
    grabbed.mat.release();
    if (performance.now() - sentAt > heartbeat) {
      send({ kind: "alive" });
      sentAt = performance.now();
    }
    index++;
    nth++;
    // OpenCV keeps the process to itself; this is when the parent's messages are heard.
    await turn();
    grabbed = await source.read();
  }
}

function cadenceOf({ fps }: VisionSettings, source: Source): Cadence {
  if (fps === undefined) return everyFrame;
  if (source.info.live) return byClock(fps);
  return source.rate === undefined ? everyFrame : byCount(fps, source.rate);
}
