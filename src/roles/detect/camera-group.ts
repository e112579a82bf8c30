import type { Logger } from "../../base/log.ts";
import { eventFields } from "../../base/log-events.ts";
import { processEnvironment } from "../../settings/environment.ts";
import { isCamera } from "../../vision/source-kind.ts";
import { Vision } from "../../vision/supervisor/vision.ts";
import type { FrameBatch, SourceInfo, VisionSettings } from "../../vision/types.ts";
import { uselessRequest } from "../../vision/webcam-request.ts";
import type { RoleContext } from "../role.ts";
import { logOpened } from "./log-opened.ts";
import type { Camera } from "./unique-camera-names.ts";

/** A camera without frames is unhealthy this long after it should have been reopened, seconds. */
const restartTime = 5;

/** A camera, and how it is read. */
export interface GroupedCamera {
  readonly camera: Camera;
  readonly settings: VisionSettings;
  /** Without frames for this long it is reopened, seconds. */
  readonly stallTimeout: number;
}

interface CameraVision extends GroupedCamera {
  readonly vision: Vision;
  readonly log: Logger;
}

/** The cameras of detect, each with its own worker process, so that one that blocks does not block the others. */
export class CameraGroup {
  readonly #cameras: readonly CameraVision[];
  readonly #context: RoleContext;
  readonly #finished = new Set<string>();

  constructor(cameras: readonly GroupedCamera[], context: RoleContext) {
    this.#context = context;
    const environment = processEnvironment();
    this.#cameras = cameras.map((each) => {
      const { camera, settings, stallTimeout: stallSeconds } = each;
      context.metrics.addCamera(camera.name);
      const onRestart = () => context.metrics.visionRestarts.inc({ camera: camera.name });
      context.metrics.cameraPaused.set({ camera: camera.name }, 0);
      const log = context.log.child({ camera: camera.name });
      const onOpened = logOpened(settings, log);
      const vision = new Vision(settings, log, { stallSeconds, onRestart, environment, onOpened });
      return { ...each, log, vision };
    });
  }

  /**
   * Opens all cameras. A live camera that does not open is retried in the background if another one opened.
   * Resolves with the total number of frames when it is known; rejects with the first error otherwise.
   */
  async open(signal: AbortSignal): Promise<number | undefined> {
    for (const { log, settings } of this.#cameras) {
      const useless = uselessRequest(settings.camera, settings.webcam ?? {});
      if (useless !== undefined) log.warn(eventFields("camera_warning"), useless);
    }
    const outcomes = await Promise.allSettled(this.#cameras.map(({ vision }) => vision.open(signal)));
    const anyOpen = outcomes.some(({ status }) => status === "fulfilled");
    let frames: number | undefined = 0;
    for (const [index, each] of this.#cameras.entries()) {
      const outcome = outcomes[index] as PromiseSettledResult<SourceInfo>;
      const retry = anyOpen && !signal.aborted && isCamera(each.camera.source);
      if (outcome.status === "rejected" && !retry) throw outcome.reason;
      const info = outcome.status === "fulfilled" ? outcome.value : { live: true };
      if (outcome.status === "rejected") each.vision.keepOpening(outcome.reason);
      if (info.live) this.#watchHealth(each);
      frames = info.frames === undefined || frames === undefined ? undefined : frames + info.frames;
    }
    return frames;
  }

  /**
   * Passes each batch of results to `handle` until all sources have ended or `stop` is called; the batches of one camera
   * one after the other. Rejects with the first error, after all cameras have ended.
   */
  async run(handle: (camera: Camera, batch: FrameBatch) => Promise<void>): Promise<void> {
    const all = this.#cameras.map(async ({ camera, vision }) => {
      try {
        for await (const batch of vision.batches()) await handle(camera, batch);
      } catch (error) {
        void this.stop();
        throw error;
      }
    });
    const failed = (await Promise.allSettled(all)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** Pauses a camera or resumes it, see Vision.pause; resolves when that is done. */
  async switch(name: string, isOn: boolean): Promise<void> {
    const found = this.#cameras.find(({ camera }) => camera.name === name);
    if (!found) return;
    const { vision, log } = found;
    this.#context.metrics.cameraPaused.set({ camera: name }, isOn ? 0 : 1);
    if (isOn) {
      log.info(eventFields("camera_resumed"), "the camera is not paused any more");
      vision.resume();
      return;
    }
    log.info(eventFields("camera_paused"), "the camera is paused by MQTT: no frame is analysed until ON");
    await vision.pause();
  }

  /** Ends the worker of one camera, which has delivered all that is wanted of it. */
  async finish(name: string): Promise<void> {
    const found = this.#cameras.find(({ camera }) => camera.name === name);
    this.#finished.add(name);
    await found?.vision.stop();
  }

  /** Ends the workers; `run` still passes on the results that they have sent. */
  async stop(): Promise<void> {
    await Promise.all(this.#cameras.map(({ vision }) => vision.stop()));
  }

  #watchHealth({ camera, vision, stallTimeout }: CameraVision): void {
    const started = Date.now();
    const limit = (stallTimeout + restartTime) * 1000;
    this.#context.health.addLiveness(() => {
      if (!vision.isLive || vision.isPaused || this.#finished.has(camera.name)) return undefined;
      const elapsed = Date.now() - Math.max(started, vision.lastAlive);
      return elapsed > limit ? `no frame from ${camera.name} for ${Math.round(elapsed / 1000)} s` : undefined;
    });
  }
}
