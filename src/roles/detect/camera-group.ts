import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { mayComeBack } from "../../vision/source-kind.ts";
import { Vision } from "../../vision/supervisor/vision.ts";
import type { FrameBatch, SourceInfo, VisionSettings } from "../../vision/types.ts";
import type { RoleContext } from "../role.ts";
import type { Camera } from "./camera-names.ts";

/** A camera that gave no frame is not healthy so long after it should have been opened again, seconds. */
const restartTime = 5;

export interface CameraGroupOptions {
  /** What is seen of one camera. */
  readonly see: (camera: Camera) => VisionSettings;
  readonly stallSeconds: number;
}

interface CameraVision {
  readonly camera: Camera;
  readonly vision: Vision;
  readonly log: Logger;
  readonly settings: VisionSettings;
}

/** The eyes of detect: a vision process for each camera, so that one that hangs does not blind the others. */
export class CameraGroup {
  readonly #eyes: readonly CameraVision[];
  readonly #context: RoleContext;
  readonly #stallSeconds: number;

  constructor(cameras: readonly Camera[], { see, stallSeconds }: CameraGroupOptions, context: RoleContext) {
    this.#context = context;
    this.#stallSeconds = stallSeconds;
    const onRestart = () => context.metrics.visionRestarts.inc();
    this.#eyes = cameras.map((camera) => {
      const log = context.log.child({ camera: camera.name });
      const settings = see(camera);
      return { camera, log, settings, vision: new Vision(settings, log, { stallSeconds, onRestart }) };
    });
  }

  /**
   * Opens all cameras. Among several, a live one that does not open is tried again and again beside the others.
   * Resolves with the number of frames there are, when it is known. Rejects with the first error otherwise.
   */
  async open(signal: AbortSignal): Promise<number | undefined> {
    const outcomes = await Promise.allSettled(this.#eyes.map(({ vision }) => vision.open(signal)));
    const infos: SourceInfo[] = [];
    const anyOpen = outcomes.some(({ status }) => status === "fulfilled");
    for (const [at, eye] of this.#eyes.entries()) {
      const outcome = outcomes[at] as PromiseSettledResult<SourceInfo>;
      const persists = anyOpen && !signal.aborted && mayComeBack(eye.camera.source);
      if (outcome.status === "rejected" && !persists) throw outcome.reason;
      if (outcome.status === "rejected") eye.vision.keepOpening(outcome.reason);
      else
        eye.log.info(
          eventFields("camera_opened"),
          `${sourceSummary(outcome.value)}, detector ${eye.settings.detector.name}`,
        );
      const info = outcome.status === "fulfilled" ? outcome.value : { live: true };
      if (info.live) this.#watchHealth(eye);
      infos.push(info);
    }
    const frames = infos.map((info) => info.frames ?? Number.NaN).reduce((sum, each) => sum + each, 0);
    return Number.isNaN(frames) ? undefined : frames;
  }

  /**
   * Hands over what is seen until all sources have ended or `stop` is called; of each camera one sight after the other.
   * Rejects with the first error, when all have come to their end.
   */
  async run(take: (camera: Camera, sight: FrameBatch) => Promise<void>): Promise<void> {
    const all = this.#eyes.map(async ({ camera, vision }) => {
      try {
        for await (const sight of vision.batches()) await take(camera, sight);
      } catch (error) {
        void this.stop();
        throw error;
      }
    });
    const failed = (await Promise.allSettled(all)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** Ends the vision processes; `watch` still hands over what they have seen. */
  async stop(): Promise<void> {
    await Promise.all(this.#eyes.map(({ vision }) => vision.stop()));
  }

  #watchHealth({ camera, vision }: CameraVision): void {
    const begun = Date.now();
    const limit = (this.#stallSeconds + restartTime) * 1000;
    this.#context.health.addLiveness(() => {
      const silence = Date.now() - Math.max(begun, vision.lastAlive);
      return silence > limit ? `no frame from ${camera.name} for ${Math.round(silence / 1000)} s` : undefined;
    });
  }
}

function sourceSummary({ live, frames }: SourceInfo): string {
  if (live) return "a live source";
  return frames === undefined ? "a source with an end" : `${frames} frames`;
}
