import { resolve } from "node:path";
import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { fillTopic } from "../../mqtt/topics.ts";
import { isEndless } from "../../vision/source-kind.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { stableClientId, toBroker } from "../broker-connection.ts";
import type { RoleContext, RoleSummary } from "../role.ts";
import type { CameraSwitch } from "./camera-control.ts";
import { CameraGroup, type GroupedCamera } from "./camera-group.ts";
import { DetectorChooser } from "./choose-detector.ts";
import { DetectStats } from "./detect-stats.ts";
import { FaceLimits } from "./face-limits.ts";
import { type FaceOutput, printFaces } from "./face-output.ts";
import { ignoredSettings } from "./option-conflicts.ts";
import { type CaptureSettings, type DetectSettings, webcamRequestOf } from "./options.ts";
import { publishFaces } from "./publish-faces.ts";
import { spoolFaces } from "./spool/spool-faces.ts";
import { type Camera, nameCameras } from "./unique-camera-names.ts";

type DetectCamera = Camera<CaptureSettings>;

/** Reads the cameras and sends their faces, until they end or detect is stopped. */
export async function runDetect(settings: DetectSettings, context: RoleContext): Promise<RoleSummary> {
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
}

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
