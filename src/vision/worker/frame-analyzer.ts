import type { Box } from "../../face/face.ts";
import type { CapturedFace, FrameStats, LowQualityShot, VisionSettings } from "../types.ts";
import type { ResultMessage } from "../worker-messages.ts";
import { crop, sample } from "./crop.ts";
import type { Detection, Detector } from "./detectors/detector.ts";
import { reducedWindow, toFrame } from "./frame-scale.ts";
import type { Cv } from "./opencv.ts";
import type { Picture } from "./picture.ts";
import type { GrabbedFrame } from "./sources/source.ts";
import { qualityOf, sharpnessOf } from "./visits/quality-score.ts";
import { fullFrameInterval, isWithinWindow, searchWindow } from "./visits/search-window.ts";
import { ShotSelector } from "./visits/shot-selector.ts";
import { Tracker } from "./visits/tracker.ts";

export interface Frame extends GrabbedFrame {
  readonly index: number;
  /** Seconds on the source's own clock: a recording's times, the monotonic clock for a camera. */
  readonly seconds: number;
  /** It is independent of the frame before. */
  readonly unrelated: boolean;
}

/** What one frame adds to a ResultMessage. */
export interface FrameResult
  extends Pick<ResultMessage, "shots" | "due" | "discarded">,
    Pick<FrameStats, "detectSeconds" | "visits"> {
  /** Number that the next visit will have. */
  readonly nextVisit: number;
}

/** Detects faces, tracks visits, and crops the shots that are wanted. */
export class FrameAnalyzer {
  readonly #cv: Cv;
  readonly #detector: Detector;
  readonly #settings: VisionSettings;
  readonly #tracker: Tracker;
  readonly #selector: ShotSelector;
  /** When the whole frame was searched last, seconds. */
  #fullFrameAt = Number.NEGATIVE_INFINITY;

  /** `firstVisit`: the number of the next visit. */
  constructor(cv: Cv, detector: Detector, settings: VisionSettings, firstVisit: number) {
    this.#cv = cv;
    this.#detector = detector;
    this.#settings = settings;
    this.#tracker = new Tracker(firstVisit);
    this.#selector = new ShotSelector(settings.emit, settings.maxVisit, settings.minQuality);
  }

  /** The number of the next visit. */
  get nextVisit(): number {
    return this.#tracker.nextVisit;
  }

  isTracking(seconds: number): boolean {
    return this.#tracker.isTracking(seconds);
  }

  /** Analyzes one frame. The caller releases its picture. Throws a DamagedFrameError. */
  async analyze(frame: Frame): Promise<FrameResult> {
    const start = performance.now();
    const detections = await this.#detect(frame);
    const detectSeconds = (performance.now() - start) / 1000;
    const boxes = detections.map(({ box }) => box);
    const update = this.#tracker.update(boxes, frame.seconds);
    const shots = detections.flatMap(
      (detection, nth) => this.#shoot(frame, detection, update.visits[nth] ?? 0) ?? [],
    );
    const changes = frame.unrelated ? this.#tracker.end() : update;
    return {
      detectSeconds,
      shots,
      due: this.#selector.due(frame.seconds, changes),
      discarded: changes.deleted,
      visits: changes.confirmed.length,
      nextVisit: this.nextVisit,
    };
  }

  /**
   * The faces of the frame. When one shot per visit is enough, tracked faces are searched where they should be, which takes
   * a fraction of the time; the whole frame is searched a few times a second, and when a tracked face is missed.
   */
  async #detect({ picture, seconds }: Frame): Promise<Detection[]> {
    const { size } = picture;
    const fullFrame = this.#settings.emit.kind === "all" || seconds - this.#fullFrameAt >= fullFrameInterval;
    const expected = (fullFrame ? undefined : this.#tracker.expected(seconds)) ?? [];
    const window = searchWindow(expected, size);
    const found = window ? await this.#detectWithin(picture, window) : [];
    // A box that reaches the window's edge may continue beyond it.
    const complete = window && found.every(({ box }) => isWithinWindow(box, window, size));
    if (complete && found.length >= expected.length) return found;
    this.#fullFrameAt = seconds;
    return await this.#detectWithin(picture);
  }

  /** The faces of at least the minimum size, in whole pixels of the whole frame. */
  async #detectWithin(picture: Picture, window?: Box): Promise<Detection[]> {
    const { size } = picture;
    const decoded = picture.at(this.#detector.reductionFor(size));
    const within = window && reducedWindow(window, decoded);
    const found = await this.#detector.detect(decoded.mat, within, decoded.reduction);
    return found
      .map((detection) => toFrame(detection, decoded.reduction, size))
      .filter(({ box: { width, height } }) => Math.min(width, height) > 0)
      .filter(({ box: { width, height } }) => Math.max(width, height) >= this.#settings.minFace);
  }

  /** A shot of the face, or undefined when a better one of its visit is pending. */
  #shoot(frame: Frame, detection: Detection, visit: number): CapturedFace | LowQualityShot | undefined {
    const { picture, index, capturedAt, file, seconds } = frame;
    const { size } = picture;
    const { box, score, landmarks } = detection;
    // As it is published: who reads the facts finds the same faces below the minimum.
    const qualityIf = (sharpness: number) =>
      toThousandths(qualityOf({ ...detection, frame: size, sharpness }));
    // However sharp it may be: the whole frame need not be decoded for it.
    const most = qualityIf(1);
    if (!this.#selector.accepts(visit, most)) return undefined;
    const mat = this.#selector.isLow(most) ? undefined : picture.at(1).mat;
    const quality = mat ? qualityIf(sharpnessOf(sample(this.#cv, mat, box))) : most;
    if (!this.#selector.offer(visit, quality, seconds)) return undefined;
    if (!mat || this.#selector.isLow(quality)) return { visit };
    return {
      ...crop(this.#cv, mat, detection, this.#settings),
      format: this.#settings.format,
      capturedAt,
      frame: { ...size, index },
      box,
      score: toThousandths(score),
      detector: this.#detector.name,
      visit,
      quality,
      landmarks,
      file,
    };
  }
}

/** More digits would mean nothing. */
function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
