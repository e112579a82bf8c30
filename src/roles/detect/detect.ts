import { resolve } from "node:path";
import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { fillTopic, readTopicTemplate } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, option } from "../../settings/option.ts";
import { isEndless } from "../../vision/source-kind.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext, type RoleSettings, type RoleSummary } from "../role.ts";
import type { CameraSwitch } from "./camera-control.ts";
import { CameraGroup, type GroupedCamera } from "./camera-group.ts";
import { DetectorChooser } from "./choose-detector.ts";
import { DetectStats } from "./detect-stats.ts";
import { FaceLimits } from "./face-limits.ts";
import { type FaceOutput, printFaces } from "./face-output.ts";
import { captureFaults, ignoredSettings } from "./option-conflicts.ts";
import { type CaptureSettings, captureOptions, spoolOptions, webcamRequestOf } from "./options.ts";
import { publishFaces } from "./publish-faces.ts";
import { spoolFaces } from "./spool/spool-faces.ts";
import { type Camera, nameCameras, nameFaults } from "./unique-camera-names.ts";

const options = {
  ...captureOptions,
  topic: option(
    "TEMPLATE",
    "topic to publish to; {camera} is the camera's name",
    readTopicTemplate("camera"),
    { fallback: "faces/{camera}" },
  ),
  ...spoolOptions,
  drain: flag("with --spool: send what is in the spool, and end; needs no camera"),
  events: flag("also publish the facts of each face as JSON on facepipe/events/CAMERA"),
  dryRun: flag("use no broker; print one JSON line per face"),
  ...brokerOptions,
};
type DetectSettings = RoleSettings<typeof options, typeof captureOptions>;
type DetectCamera = Camera<CaptureSettings>;

/** Bytes. */
const smallestSpool = 2 ** 20;

export const detect = defineRole({
  name: "detect",
  summary: "Reads frames, cuts out each face and publishes it as one binary message",
  examples: [
    "facepipe detect --camera 0",
    "facepipe detect --camera rtsp://user:password@entrance.local/stream --name entrance --emit best",
    "facepipe detect --camera 0 --mask '0,0 0.3,0 0.3,1 0,1' --fps 5",
    "facepipe detect --camera holiday.mp4 --dry-run",
    "facepipe detect --camera synthetic:faces=2,seconds=10",
  ],
  options,
  cameraOptions: captureOptions,
  checkCamera: captureFaults,
  check: (settings) => [
    ...(settings.cameras?.length ? nameFaults(settings.cameras.length, settings.name ?? []) : []),
    ...outputFaults(settings),
    ...loginFaults({ ...settings, url: settings.broker }),
  ],
  async run(settings, context) {
    if (settings.drain) return drainSpool(settings, context);
    const { log, stop, ready } = context;
    const cameras = nameCameras(settings.cameras);
    for (const text of ignoredSettings(cameras)) log.warn(eventFields("setting_ignored"), text);
    const grouped = await groupedCameras(cameras, context);
    if (!grouped) return { faces: 0, published: 0 };
    const stats = new DetectStats(context);
    const limits = new FaceLimits(cameras, settings.limit);
    const group = new CameraGroup(grouped, context);
    const output = await outputFor(cameras, settings, context, (name, isOn) => group.switch(name, isOn));
    void aborted(stop).then(() => group.stop());
    let isComplete = false;
    let published = 0;
    try {
      const frames = await group.open(stop);
      await output.open();
      if (stop.aborted) return { faces: 0, published };
      ready();
      const isLooped = cameras.some((camera) => camera.settings.loop);
      await stats.start(isLooped ? undefined : frames);
      await group.run(async ({ name }, batch) => {
        if (limits.isReached(name)) return;
        stats.addBatch(name, batch);
        for (const face of batch.faces) {
          // Another camera may have reached the limit meanwhile.
          if (limits.isReached(name)) break;
          limits.add(name);
          stats.addFace(name);
          await output.send(name, face);
        }
        if (limits.isReached()) void group.stop();
        else if (limits.isReached(name)) void group.finish(name);
      });
      isComplete = !stop.aborted;
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      stats.stop();
      await group.stop();
      published = await output.close(isComplete);
    }
    log.info(eventFields("detect_summary"), stats.summary());
    return { faces: stats.faces, published };
  },
});

/** `--drain`: sends what an earlier run left in the spool. */
async function drainSpool(settings: DetectSettings, context: RoleContext): Promise<RoleSummary> {
  const output = await outputFor([], settings, context, async () => undefined);
  context.ready();
  const published = await output.close(!context.stop.aborted);
  context.log.info(eventFields("spool_drained"), `${published} faces sent from ${settings.spool}`);
  return { faces: 0, published };
}

/** Resolves with undefined when stopped before. */
async function groupedCameras(
  cameras: readonly DetectCamera[],
  context: RoleContext,
): Promise<GroupedCamera[] | undefined> {
  const detectors = new DetectorChooser(context);
  const grouped: GroupedCamera[] = [];
  for (const camera of cameras) {
    const { settings, source } = camera;
    const detector = await detectors.choose(settings);
    if (!detector) return undefined;
    const { stallTimeout } = settings;
    grouped.push({ camera, settings: visionSettings(source, detector, settings), stallTimeout });
  }
  return grouped;
}

function visionSettings(
  camera: string,
  detector: DetectorSettings,
  settings: CaptureSettings,
): VisionSettings {
  const { mask: masks, zone: zones, ...rest } = settings;
  const { minFace, score, minQuality, loop, emit, maxVisit, everyFrame, threads, fps } = rest;
  const { align, margin, color, format, jpegQuality } = rest;
  const webcam = webcamRequestOf(settings);
  const filter = { minFace, score, minQuality, masks, zones, everyFrame, threads, fps, emit, maxVisit };
  return { camera, webcam, detector, ...filter, align, margin, color, format, jpegQuality, loop };
}

async function outputFor(
  cameras: readonly DetectCamera[],
  settings: DetectSettings,
  context: RoleContext,
  onSwitch: CameraSwitch,
): Promise<FaceOutput> {
  if (settings.dryRun) return printFaces(context);
  const { qos, events, spool, drain, spoolMax: maxBytes, spoolFull: full, spoolUntil: until } = settings;
  const names = cameras.map(({ name }) => name);
  const ends = settings.limit !== undefined || cameras.every(endsByItself);
  // With a spool an endless source does not wait for its broker.
  const timeout = spool === undefined || ends ? settings.connectTimeout : Number.POSITIVE_INFINITY;
  const clientId = stableClientId("detect", ...(drain ? ["drain"] : names));
  const broker = toBroker(settings.broker, settings, clientId, timeout);
  const topicOf = (camera: string) => fillTopic(settings.topic, "camera", camera);
  const common = { broker, cameras: names, topicOf, qos, onSwitch, events };
  if (spool === undefined) return publishFaces(common, context);
  return spoolFaces({ ...common, directory: resolve(spool), maxBytes, full, until, ends }, context);
}

function endsByItself({ source, settings: { limit, loop } }: DetectCamera): boolean {
  return limit !== undefined || (!loop && !isEndless(source));
}

function outputFaults({ spool, drain, dryRun, spoolMax, events }: Partial<DetectSettings>): string[] {
  const faults: string[] = [];
  if (drain && spool === undefined) faults.push("--drain needs --spool");
  if (spool !== undefined && dryRun) faults.push("--dry-run uses no broker, and so no --spool");
  if (events && dryRun) faults.push("--dry-run uses no broker, and so no --events");
  if (spoolMax !== undefined && spoolMax < smallestSpool) faults.push("--spool-max must be at least 1MiB");
  return faults;
}
