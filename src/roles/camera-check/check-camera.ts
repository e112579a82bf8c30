import type { Logger } from "../../base/log.ts";
import { type Report, stepRunner } from "../../base/steps/step.ts";
import { processEnvironment } from "../../settings/environment.ts";
import { cameraAddress } from "../../vision/probe/address.ts";
import { addressError } from "../../vision/probe/answer-errors.ts";
import { type AddressStep, probeAddress } from "../../vision/probe/probe-address.ts";
import { cameraLabel } from "../../vision/source-kind.ts";
import { measureCamera } from "../../vision/supervisor/measure-camera.ts";
import type { VisionSettings } from "../../vision/types.ts";
import { adviceFor } from "./advice.ts";
import {
  cpuFinding,
  facesFinding,
  openFinding,
  pictureFinding,
  rateFinding,
  streamFinding,
} from "./findings.ts";

export type CameraStep = AddressStep | "open" | "stream" | "frames" | "cpu" | "picture" | "faces" | "advice";

export interface CameraCheckOptions {
  readonly log: Logger;
  /** How long to read, seconds. */
  readonly seconds: number;
  /** How long the camera may take to answer, milliseconds. */
  readonly connectTimeout: number;
  /** How long it may take to open after that, milliseconds. */
  readonly openTimeout: number;
  /** How long it may deliver no frame, milliseconds. */
  readonly stallTimeout: number;
  /** Aborts when the check is to end: the worker is killed at once. */
  readonly stop: AbortSignal;
  /** YuNet would be used, but its model is not installed. */
  readonly modelMissing: boolean;
  readonly report: Report;
}

/**
 * Does what detect does at a camera, step by step, and ends with advice: a step for each piece of it. Rejects with the
 * UserError of the step that failed.
 */
export async function checkCamera(settings: VisionSettings, options: CameraCheckOptions): Promise<void> {
  const { log, seconds, connectTimeout, openTimeout, stallTimeout, stop, modelMissing, report } = options;
  const { camera } = settings;
  const address = cameraAddress(camera);
  const where = address ?? { href: cameraLabel(camera), protocol: "other" as const, login: undefined };
  const runStep = stepRunner<CameraStep>((error) => addressError(error, where, connectTimeout), report);
  const advice: string[] = [];
  const contentType = address && (await probeAddress(address, connectTimeout, runStep));
  const measurement = measureCamera(settings, {
    log,
    environment: processEnvironment(),
    seconds,
    answered: address !== undefined,
    openTimeout,
    stallTimeout,
    onWarning: (text) => advice.push(text),
  });
  const kill = () => measurement.kill();
  stop.addEventListener("abort", kill, { once: true });
  try {
    const { info } = await runStep("open", async () => openFinding(await measurement.opened));
    const { format } = await runStep("stream", async () =>
      streamFinding(info.stream ?? (await measurement.firstFrame)),
    );
    const { stream } = await runStep("frames", async () => rateFinding(await measurement.stream, info));
    await runStep("cpu", () => cpuFinding(stream, info));
    await runStep("picture", () => pictureFinding(stream.picture));
    const { faces } = await runStep("faces", async () => facesFinding(await measurement.faces));
    advice.push(...adviceFor({ settings, info, format, stream, faces, contentType, modelMissing }));
  } finally {
    for (const detail of advice) report({ step: "advice", ok: true, ms: 0, detail });
    stop.removeEventListener("abort", kill);
    kill();
  }
}
