import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { fillTopic, readTopicTemplate } from "../../mqtt/topics.ts";
import { afterOption, brokerOptions } from "../../settings/broker.ts";
import { flag, option, type Settings } from "../../settings/option.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { CameraGroup } from "./camera-group.ts";
import { chooseDetector } from "./choose-detector.ts";
import { DetectStats } from "./detect-stats.ts";
import { type FaceOutput, printFaces, publishFaces } from "./face-output.ts";
import { captureOptions } from "./options.ts";
import { type Camera, nameCameras, nameFaults, sourceFaults, sourcesOf } from "./unique-camera-names.ts";

const options = {
  ...captureOptions,
  topic: option(
    "TEMPLATE",
    "topic to publish to; {camera} is the camera's name",
    readTopicTemplate("camera"),
    { fallback: "faces/{camera}" },
  ),
  after: afterOption("publish only after this role has subscribed at the broker"),
  dryRun: flag("use no broker; print one JSON line per face"),
  ...brokerOptions,
};
type DetectSettings = Settings<typeof options>;

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
    ...loginFaults({ ...settings, url: settings.broker }),
  ],
  async run(settings, context) {
    const { log, stop, ready } = context;
    const { limit = Number.POSITIVE_INFINITY, stallTimeout } = settings;
    const cameras = nameCameras(sourcesOf(settings), settings.name);
    let published = 0;
    const detector = await chooseDetector(settings, context);
    if (!detector) return { faces: 0, published };
    const stats = new DetectStats(context);
    const settingsOf = ({ source }: Camera) => visionSettings(source, detector, settings);
    const group = new CameraGroup(cameras, { settingsOf, stallTimeout }, context);
    const output = outputFor(cameras, settings, context);
    void aborted(stop).then(() => group.stop());
    try {
      // Waiting for another role may take long, and the frames of that time would be dropped or stale.
      if (settings.after) await output.open();
      const frames = await group.open(stop);
      if (!settings.after) await output.open();
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
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      stats.stop();
      await group.stop();
      published = await output.close();
    }
    log.info(eventFields("detect_summary"), stats.summary());
    return { faces: stats.faces, published };
  },
});

function visionSettings(
  camera: string,
  detector: DetectorSettings,
  settings: DetectSettings,
): VisionSettings {
  const { mask: masks, zone: zones, ...rest } = settings;
  const { minFace, score, margin, color, format, loop, emit, maxVisit, everyFrame, threads, fps } = rest;
  const filter = { minFace, score, masks, zones, everyFrame, threads, fps };
  return { camera, detector, ...filter, margin, color, format, loop, emit, maxVisit };
}

function outputFor(cameras: readonly Camera[], settings: DetectSettings, context: RoleContext): FaceOutput {
  if (settings.dryRun) return printFaces(context);
  const { qos, after } = settings;
  const clientId = stableClientId("detect", ...cameras.map(({ name }) => name));
  const broker = toBroker(settings.broker, settings, clientId, settings.connectTimeout);
  const topicOf = (camera: string) => fillTopic(settings.topic, "camera", camera);
  return publishFaces({ broker, topicOf, qos, after }, context);
}
