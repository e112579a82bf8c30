import type { CapturedFace, VisionSettings } from "../types.ts";
import { cut, sample, withMargin } from "./crop.ts";
import type { Detection, Detector } from "./detectors/detector.ts";
import type { Cv } from "./opencv.ts";
import type { GrabbedFrame } from "./sources/source.ts";
import { qualityOf } from "./visits/quality-score.ts";
import { fullFrameInterval, isWithinWindow, searchWindow } from "./visits/search-window.ts";
import { ShotSelector } from "./visits/shot-selector.ts";
import { Tracker } from "./visits/tracker.ts";

/** A frame to be looked at. */
export interface Frame extends GrabbedFrame {
  readonly index: number;
  /** Seconds on the source's own clock: a recording's is its frame rate, a camera's the steady clock of the process. */
  readonly seconds: number;
  /** It has nothing to do with the frame before. */
  readonly unrelated: boolean;
}

/** What was seen in one frame. */
export interface FrameResult {
  readonly detectSeconds: number;
  /** Faces to be kept, each in the place of an earlier one of its visit. */
  readonly shots: readonly CapturedFace[];
  /** Visits whose kept face is to be sent now, this frame's included. */
  readonly due: readonly number[];
  /** Visits whose kept face is of no use: there was no visit. */
  readonly discarded: readonly number[];
  /** Number of visits that became certain. */
  readonly visits: number;
  /** Number that the next visit will have. */
  readonly nextVisit: number;
}

/** Finds faces, tells visits apart, and cuts out those faces that are wanted. */
export class FrameAnalyzer {
  readonly #cv: Cv;
  readonly #detector: Detector;
  readonly #settings: VisionSettings;
  readonly #tracker: Tracker;
  readonly #shots: ShotSelector;
  /** When the whole frame was looked at, seconds. */
  #wholeAt = Number.NEGATIVE_INFINITY;

  /** `firstVisit`: the number of the next visit. */
  constructor(cv: Cv, detector: Detector, settings: VisionSettings, firstVisit: number) {
    this.#cv = cv;
    this.#detector = detector;
    this.#settings = settings;
    this.#tracker = new Tracker(firstVisit);
    this.#shots = new ShotSelector(settings.emit, settings.maxVisit);
  }

  /** Whether there were faces a moment ago, to be followed. */
  following(seconds: number): boolean {
    return this.#tracker.following(seconds);
  }

  /** Looks at one frame. Leaves its `mat` to the caller; pictures of its own are released at once. */
  async analyze(frame: Frame): Promise<FrameResult> {
    const start = performance.now();
    const found = await this.#find(frame);
    const detectSeconds = (performance.now() - start) / 1000;
    const boxes = found.map(({ box }) => box);
    const tracked = this.#tracker.update(boxes, frame.seconds);
    const shots = found.flatMap((face, at) => this.#shoot(frame, face, tracked.visits[at] ?? 0) ?? []);
    const changed = frame.unrelated ? this.#tracker.end() : tracked;
    return {
      detectSeconds,
      shots,
      due: this.#shots.due(frame.seconds, changed),
      discarded: changed.deleted,
      visits: changed.confirmed.length,
      nextVisit: this.#tracker.nextVisit,
    };
  }

  /**
   * The faces of the frame. When one picture a visit is enough, those that are followed are looked for where they should
   * be, which takes a fraction of the time; the whole frame is looked at a few times a second, and when one is missed.
   */
  async #find({ mat, seconds }: Frame): Promise<Detection[]> {
    const wholeIsDue = this.#settings.emit.kind === "all" || seconds - this.#wholeAt >= fullFrameInterval;
    const expected = (wholeIsDue ? undefined : this.#tracker.expected(seconds)) ?? [];
    const part = searchWindow(expected, mat);
    const found = part ? await this.#detector.detect(mat, part) : [];
    // One that reaches to the part's edge may go on beyond it.
    const whole = part && found.every(({ box }) => isWithinWindow(box, part, mat));
    if (whole && found.length >= expected.length) return found;
    this.#wholeAt = seconds;
    return await this.#detector.detect(mat);
  }

  /** The face cut out, or undefined when a better one of its visit is kept. */
  #shoot(frame: Frame, { box, score, landmarks }: Detection, visit: number): CapturedFace | undefined {
    if (this.#shots.hasSent(visit)) return undefined;
    const { mat, index, capturedAt, file } = frame;
    const { margin, color, format } = this.#settings;
    const size = { width: mat.cols, height: mat.rows };
    const judged = {
      box,
      score,
      frame: size,
      sample: sample(this.#cv, mat, box),
      ...(landmarks && { landmarks }),
    };
    const quality = qualityOf(judged);
    if (!this.#shots.keeps(visit, quality, frame.seconds)) return undefined;
    return {
      picture: cut(this.#cv, mat, withMargin(box, margin, size), { color, format }),
      format,
      capturedAt,
      frame: { ...size, index },
      box,
      score: inThousandths(score),
      detector: this.#detector.name,
      visit,
      quality: inThousandths(quality),
      ...(landmarks && { landmarks }),
      ...(file !== undefined && { file }),
    };
  }
}

/** Three places are more than such a number means. */
function inThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
