import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../base/errors.ts";
import type { Gate } from "../../base/gate.ts";
import { cameraLabel } from "../source-kind.ts";
import type { VisionSettings } from "../types.ts";
import type { StartPosition } from "../worker-messages.ts";
import type { Credits } from "./credits.ts";
import type { Detector } from "./detectors/detector.ts";
import { FrameAnalyzer } from "./frame-analyzer.ts";
import { createFrameFilter } from "./frame-filter.ts";
import { createFrameRateLimit } from "./frame-rate-limit.ts";
import type { Cv } from "./opencv.ts";
import { DamagedFrameError } from "./picture.ts";
import { createPrivacyMask } from "./privacy-mask.ts";
import type { ResultBatcher } from "./result-batcher.ts";
import type { GrabbedFrame, Source } from "./sources/source.ts";

/** For images, frames per second. */
const defaultRate = 30;
/** A source with so many damaged frames one after the other delivers no pictures. */
const mostDamaged = 100;
/** The event loop turns at least this often, ms. */
const maxTurn = 10;

interface FrameLoop {
  readonly cv: Cv;
  readonly settings: VisionSettings;
  readonly detector: Detector;
  readonly source: Source;
  readonly credits: Credits;
  /** While it is closed, a recording waits. */
  readonly gate: Gate;
  /** Called each time it begins to wait. */
  readonly onPaused: () => void;
  /** The first frame, which was read to prove that the source works. */
  readonly first: GrabbedFrame | undefined;
  readonly from: StartPosition;
  readonly batcher: ResultBatcher;
  readonly stopped: () => boolean;
}

/** Reads, filters and analyzes frames until the source ends or the supervisor sends stop. */
export async function runFrameLoop(loop: FrameLoop): Promise<void> {
  const { cv, settings, detector, source, credits, gate, from, batcher, stopped } = loop;
  const mask = createPrivacyMask(cv, settings.masks);
  const shouldAnalyze = createFrameFilter(cv, settings, detector);
  let analyzer = new FrameAnalyzer(cv, detector, settings, from.visit);
  const { live, unrelated = false } = source.info;
  const withinRate = createFrameRateLimit(settings.fps, source.info);
  let { index, skip: nth } = from;
  let damaged = 0;
  let turnAt = performance.now();
  let frame = loop.first;
  while (!stopped()) {
    if (!frame && settings.loop && !live) {
      source.rewind();
      nth = 0;
      frame = await source.read();
    }
    if (!frame) return;
    if (!live && !gate.isOpen) {
      batcher.flush();
      loop.onPaused();
      await gate.passed();
      if (stopped()) break;
      analyzer = new FrameAnalyzer(cv, detector, settings, analyzer.nextVisit);
      frame = { ...frame, capturedAt: Date.now() };
    }
    index += frame.dropped;
    nth += frame.dropped;
    batcher.drop(frame.dropped);
    const { picture, capturedAt } = frame;
    picture.mask(mask);
    const seconds = live ? performance.now() / 1000 : (frame.seconds ?? index / (source.rate ?? defaultRate));
    const tracking = unrelated || analyzer.isTracking(seconds);
    try {
      if (!withinRate(live ? capturedAt : seconds * 1000) || !shouldAnalyze(picture, seconds, tracking))
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
      if (picture.isDecoded) damaged = 0;
    } catch (error) {
      if (!(error instanceof DamagedFrameError)) throw error;
      batcher.drop(1);
      if (++damaged >= mostDamaged) throw noPictures(settings.camera);
    }
    picture.release();
    index++;
    nth++;
    // OpenCV's calls are synchronous: the supervisor's messages are received here. Not for each frame of a recording: a turn
    // of the event loop costs system calls, and such a frame takes a few milliseconds.
    if (performance.now() - turnAt > maxTurn) {
      await nextTurn();
      turnAt = performance.now();
    }
    frame = await source.read();
  }
  frame?.picture.release();
}

function noPictures(camera: string) {
  const message = `the camera ${cameraLabel(camera)} delivers damaged frames only: ${mostDamaged} one after the other`;
  return new UserError("CAMERA_NO_FRAMES", message, "Check its cable or network");
}
