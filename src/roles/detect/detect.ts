import { resolve } from "node:path";
import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { fillTopic, readTopicTemplate } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, option, type Settings } from "../../settings/option.ts";
import { isEndless } from "../../vision/source-kind.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext, type RoleSummary } from "../role.ts";
import type { CameraSwitch } from "./camera-control.ts";
import { CameraGroup } from "./camera-group.ts";
import { chooseDetector } from "./choose-detector.ts";
import { DetectStats } from "./detect-stats.ts";
import { type FaceOutput, printFaces } from "./face-output.ts";
import { captureFaults, ignoredSettings } from "./option-conflicts.ts";
import { captureOptions, spoolOptions, webcamRequestOf } from "./options.ts";
import { publishFaces } from "./publish-faces.ts";
import { spoolFaces } from "./spool/spool-faces.ts";
import { type Camera, nameCameras, nameFaults, sourceFaults, sourcesOf } from "./unique-camera-names.ts";

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
  dryRun: flag("use no broker; print one JSON line per face"),
  ...brokerOptions,
};
type DetectSettings = Settings<typeof options>;

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
  check: (settings) => [
    ...sourceFaults(settings),
    ...nameFaults(sourcesOf(settings), settings.name ?? []),
    ...captureFaults(settings),
    ...spoolFaults(settings),
    ...loginFaults({ ...settings, url: settings.broker }),
  ],
  async run(settings, context) {
    if (settings.drain) return drainSpool(settings, context);
    const { log, stop, ready } = context;
    const { limit = Number.POSITIVE_INFINITY, stallTimeout } = settings;
    const cameras = nameCameras(sourcesOf(settings), settings.name);
    for (const text of ignoredSettings(settings)) log.warn(eventFields("setting_ignored"), text);
    const detector = await chooseDetector(settings, context);
    if (!detector) return { faces: 0, published: 0 };
    const stats = new DetectStats(context);
    const settingsOf = ({ source }: Camera) => visionSettings(source, detector, settings);
    const group = new CameraGroup(cameras, { settingsOf, stallTimeout }, context);
    const output = await outputFor(cameras, settings, context, (name, isOn) => group.switch(name, isOn));
    void aborted(stop).then(() => group.stop());
    let isComplete = false;
    let published = 0;
    try {
      const frames = await group.open(stop);
      await output.open();
      if (stop.aborted) return { faces: 0, published };
      ready();
      await stats.start(settings.loop ? undefined : frames);
      await group.run(async ({ name }, batch) => {
        if (stats.faces >= limit) return;
        stats.addBatch(name, batch);
        for (const face of batch.faces) {
          // Another camera may have reached the limit meanwhile.
          if (stats.faces >= limit) break;
          stats.addFace();
          await output.send(name, face);
        }
        if (stats.faces >= limit) void group.stop();
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

function visionSettings(
  camera: string,
  detector: DetectorSettings,
  settings: DetectSettings,
): VisionSettings {
  const { mask: masks, zone: zones, ...rest } = settings;
  const { minFace, score, minQuality, loop, emit, maxVisit, everyFrame, threads, fps } = rest;
  const { align, margin, color, format, jpegQuality } = rest;
  const webcam = webcamRequestOf(settings);
  const filter = { minFace, score, minQuality, masks, zones, everyFrame, threads, fps, emit, maxVisit };
  return { camera, webcam, detector, ...filter, align, margin, color, format, jpegQuality, loop };
}

async function outputFor(
  cameras: readonly Camera[],
  settings: DetectSettings,
  context: RoleContext,
  onSwitch: CameraSwitch,
): Promise<FaceOutput> {
  if (settings.dryRun) return printFaces(context);
  const { qos, spool, drain, spoolMax: maxBytes, spoolFull: full, spoolUntil: until } = settings;
  const names = cameras.map(({ name }) => name);
  const isEndlessRun = settings.loop || cameras.some(({ source }) => isEndless(source));
  const ends = !isEndlessRun || settings.limit !== undefined;
  // With a spool an endless source does not wait for its broker.
  const timeout = spool === undefined || ends ? settings.connectTimeout : Number.POSITIVE_INFINITY;
  const clientId = stableClientId("detect", ...(drain ? ["drain"] : names));
  const broker = toBroker(settings.broker, settings, clientId, timeout);
  const topicOf = (camera: string) => fillTopic(settings.topic, "camera", camera);
  const common = { broker, cameras: names, topicOf, qos, onSwitch };
  if (spool === undefined) return publishFaces(common, context);
  return spoolFaces({ ...common, directory: resolve(spool), maxBytes, full, until, ends }, context);
}

function spoolFaults({ spool, drain, dryRun, spoolMax }: Partial<DetectSettings>): string[] {
  const faults: string[] = [];
  if (drain && spool === undefined) faults.push("--drain needs --spool");
  if (spool !== undefined && dryRun) faults.push("--dry-run uses no broker, and so no --spool");
  if (spoolMax !== undefined && spoolMax < smallestSpool) faults.push("--spool-max must be at least 1MiB");
  return faults;
}
