import { UserError } from "../../base/errors.ts";
import type { Report, Step } from "../../base/steps/step.ts";
import { flag, numberBetween, option, pick, type Settings } from "../../settings/option.ts";
import { listCameras } from "../../vision/machine-cameras.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { stepToJson, stepToText } from "../checks/format-step.ts";
import { checkFaults, checkOptions } from "../checks/options.ts";
import { runCheck } from "../checks/run-check.ts";
import { DetectorChooser } from "../detect/choose-detector.ts";
import { cameraOption, captureOptions, webcamRequestOf } from "../detect/options.ts";
import { type Camera, nameCameras, nameFaults } from "../detect/unique-camera-names.ts";
import { defineRole, type RoleContext, type RoleSettings } from "../role.ts";
import { checkCamera } from "./check-camera.ts";
import { cameraToJson, cameraToText, noCamera } from "./format-camera.ts";

const cameraOptions = {
  camera: cameraOption({ required: { unless: ["list"] } }),
  ...pick(captureOptions, "name", "videoSize", "inputFormat", "framerate"),
  ...pick(captureOptions, "detector", "model", "modelUrl", "detectWidth", "threads"),
  ...pick(captureOptions, "fps", "minFace", "score", "mask", "zone"),
  stallTimeout: {
    ...captureOptions.stallTimeout,
    summary: "longest time without a frame; twice as long for the first",
  },
};

const options = {
  ...pick(cameraOptions, "camera"),
  list: flag("list the cameras of this machine instead"),
  seconds: option("SECONDS", "how long to read the camera", numberBetween(0.5, 3600), { fallback: "5" }),
  connectTimeout: option(
    "SECONDS",
    "longest wait for the camera's address to answer",
    numberBetween(0.1, 3600),
    {
      fallback: "10",
    },
  ),
  ...checkOptions,
  ...cameraOptions,
};
type CameraSettings = Settings<typeof cameraOptions>;
type ChosenCamera = Camera<CameraSettings> & { readonly detector: DetectorSettings };
type CheckSettings = RoleSettings<typeof options, typeof cameraOptions>;

/** As for detect, milliseconds. */
const openTimeout = 20_000;
/** A camera gets this long to open even when the time of --wait is over, milliseconds. */
const shortestWait = 5000;

const labels = { dns: "DNS", tcp: "TCP", tls: "TLS", cpu: "CPU" };
const format = { labels, timeless: ["stream", "cpu", "picture", "advice"], advice: ["advice"] };

export const cameraCheck = defineRole({
  name: "camera-check",
  summary: "Checks whether a camera can do what detect needs, and if not, says why and what to do",
  examples: [
    "facepipe camera-check --camera rtsp://user:password@entrance.local/stream",
    "facepipe camera-check --camera 0 --json",
    "facepipe camera-check --list",
    "facepipe camera-check --camera rtsp://entrance.local/stream --wait 60 --quiet && facepipe detect ...",
  ],
  options,
  cameraOptions,
  isCheck: true,
  check: (settings) => [
    ...checkFaults(settings),
    ...(settings.list && settings.quiet ? ["--list and --quiet cannot both be set"] : []),
    ...(settings.cameras?.length ? nameFaults(settings.cameras.length, settings.name ?? []) : []),
  ],
  async run(settings, context) {
    if (settings.list) await list(settings.json, context);
    else await check(settings, context);
    return {};
  },
});

async function list(json: boolean, { print, style }: RoleContext): Promise<void> {
  const cameras = await listCameras();
  for (const camera of cameras) print(json ? cameraToJson(camera) : cameraToText(camera, style));
  if (cameras.length === 0 && !json) print(noCamera());
}

/** Checks all cameras, one after the other, and rejects with the first failure. */
async function check(settings: CheckSettings, context: RoleContext): Promise<void> {
  const { json, quiet, wait, seconds } = settings;
  // What it warns of is part of the advice.
  const log = context.log.child({}, { level: "silent" });
  const detectors = new DetectorChooser({ ...context, log });
  const cameras: ChosenCamera[] = [];
  for (const each of nameCameras(settings.cameras)) {
    const detector = await detectors.choose({ ...each.settings, align: false });
    if (!detector) throw new UserError("STOPPED", "stopped before the check was done");
    cameras.push({ ...each, detector });
  }
  const end = Date.now() + (wait ?? Number.POSITIVE_INFINITY) * 1000;
  // With --wait the last attempt is not much longer than that.
  const within = (ms: number) => Math.min(ms, Math.max(shortestWait, end - Date.now()));
  const attempt = async (report: Report, connectTimeout: number) => {
    const failures: unknown[] = [];
    for (const { source, name: camera, detector, settings: own } of cameras) {
      if (context.stop.aborted) break;
      await checkCamera(visionSettings(source, detector, own), {
        log: context.log,
        seconds,
        connectTimeout,
        openTimeout: within(openTimeout),
        stallTimeout: within(own.stallTimeout * 1000),
        stop: context.stop,
        modelMissing: own.detector === "auto" && detector.name === "haar",
        report: (step) => report({ ...step, facts: { camera, ...step.facts } }),
      }).catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  let shown: unknown;
  const report = (step: Step) => {
    if (quiet) return;
    if (json) return context.print(stepToJson(step));
    const camera = step.facts?.["camera"];
    if (cameras.length > 1 && camera !== shown) context.print(context.style.bold(`${camera}:`));
    shown = camera;
    context.print(stepToText(step, format, context.style));
  };
  await runCheck({ attempt, timeout: settings.connectTimeout * 1000, wait, quiet, report }, context);
}

function visionSettings(
  camera: string,
  detector: DetectorSettings,
  settings: CameraSettings,
): VisionSettings {
  const { threads, fps, minFace, score, mask: masks, zone: zones } = settings;
  return {
    camera,
    webcam: webcamRequestOf(settings),
    detector,
    ...{ threads, fps, minFace, score, masks, zones },
    everyFrame: true,
    // No face is cut out.
    ...{
      minQuality: 0,
      align: false,
      margin: 0,
      color: false,
      jpegQuality: 95,
      format: "png",
      loop: false,
      emit: { kind: "all" },
      maxVisit: 30,
    },
  };
}
