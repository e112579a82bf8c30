import type { CapturedFace, FrameStats, VisionSettings } from "../types.ts";
import type { ResultMessage } from "../worker-messages.ts";
import { crop, sample } from "./crop.ts";
import type { Detection, Detector } from "./detectors/detector.ts";
import type { Cv } from "./opencv.ts";
import type { GrabbedFrame } from "./sources/source.ts";
import { qualityOf } from "./visits/quality-score.ts";
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
    this.#selector = new ShotSelector(settings.emit, settings.maxVisit);
  }

  isTracking(seconds: number): boolean {
    return this.#tracker.isTracking(seconds);
  }

  /** Analyzes one frame. The caller releases its `mat`. */
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
      nextVisit: this.#tracker.nextVisit,
    };
  }

  /**
   * The faces of the frame. When one shot per visit is enough, tracked faces are searched where they should be, which takes
   * a fraction of the time; the whole frame is searched a few times a second, and when a tracked face is missed.
   */
  async #detect({ mat, seconds }: Frame): Promise<Detection[]> {
    const fullFrame = this.#settings.emit.kind === "all" || seconds - this.#fullFrameAt >= fullFrameInterval;
    const expected = (fullFrame ? undefined : this.#tracker.expected(seconds)) ?? [];
    const window = searchWindow(expected, mat);
    const found = window ? await this.#detector.detect(mat, window) : [];
    // A box that reaches the window's edge may continue beyond it.
    const complete = window && found.every(({ box }) => isWithinWindow(box, window, mat));
    if (complete && found.length >= expected.length) return found;
    this.#fullFrameAt = seconds;
    return await this.#detector.detect(mat);
  }

  /** A shot of the face, or undefined when a better one of its visit is pending. */
  #shoot(frame: Frame, { box, score, landmarks }: Detection, visit: number): CapturedFace | undefined {
    if (this.#selector.isDone(visit)) return undefined;
    const { mat, index, capturedAt, file, seconds } = frame;
    const size = { width: mat.cols, height: mat.rows };
    const quality = qualityOf({ box, score, landmarks, frame: size, sample: sample(this.#cv, mat, box) });
    if (!this.#selector.offer(visit, quality, seconds)) return undefined;
    return {
      picture: crop(this.#cv, mat, box, this.#settings),
      format: this.#settings.format,
      capturedAt,
      frame: { ...size, index },
      box,
      score: toThousandths(score),
      detector: this.#detector.name,
      visit,
      quality: toThousandths(quality),
      landmarks,
      file,
    };
  }
}

/** More digits would mean nothing. */
function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
