import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { fillTopic, readTopicTemplate } from "../../mqtt/topics.ts";
import { afterOption, brokerOptions } from "../../settings/broker.ts";
import { flag, option, type Settings } from "../../settings/option.ts";
import type { DetectorSettings, VisionSettings } from "../../vision/types.ts";
import { loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { CameraGroup } from "./camera-group.ts";
import { type Camera, nameCameras, nameFaults, sourceFaults, sourcesOf } from "./camera-names.ts";
import { chooseDetector } from "./choose-detector.ts";
import { DetectStats } from "./detect-stats.ts";
import { type FaceOutput, printFaces, publishFaces } from "./face-output.ts";
import { captureOptions } from "./options.ts";

const options = {
  ...captureOptions,
  topic: option(
    "TEMPLATE",
    "topic to publish to; {camera} is the camera's name",
    readTopicTemplate("camera"),
    {
      fallback: "faces/{camera}",
    },
  ),
  after: afterOption("publish nothing before the broker keeps messages for this role"),
  dryRun: flag("no broker: print one JSON line per face"),
  ...brokerOptions,
};
type DetectSettings = Settings<typeof options>;

export const detect = defineRole({
  name: "detect",
  summary: "Reads frames, cuts each face out, publishes it as one binary message",
  examples: [
    "facepipe detect --camera 0",
    "facepipe detect --camera rtsp://user:password@door.local/stream --name door --emit best",
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
    const { limit = Number.POSITIVE_INFINITY, stallTimeout: stallSeconds } = settings;
    const cameras = nameCameras(sourcesOf(settings), settings.name);
    const detector = await chooseDetector(settings, context);
    if (!detector) return;
    const see = ({ source }: Camera) => visionSettings(source, detector, settings);
    const eyes = new CameraGroup(cameras, { see, stallSeconds }, context);
    const outlet = outletFor(cameras, settings, context);
    const tally = new DetectStats(context);
    void aborted(stop).then(() => eyes.stop());
    try {
      // Who is waited for may be long in coming; a camera that nobody looks at meanwhile would seem to hang.
      if (settings.after) await outlet.open();
      const frames = await eyes.open(stop);
      if (!settings.after) await outlet.open();
      if (stop.aborted) return;
      ready();
      await tally.start(settings.loop ? undefined : frames);
      await eyes.run(async ({ name }, sight) => {
        if (tally.faces >= limit) return;
        tally.addBatch(name, sight);
        for (const face of sight.faces) {
          // Another camera may have found the last one meanwhile.
          if (tally.faces >= limit) break;
          tally.addFace();
          await outlet.send(name, face);
        }
        if (tally.faces >= limit) void eyes.stop();
      });
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      tally.stop();
      await eyes.stop();
      await outlet.close();
    }
    log.info(eventFields("detect_summary"), tally.summary());
  },
});

function visionSettings(
  camera: string,
  detector: DetectorSettings,
  settings: DetectSettings,
): VisionSettings {
  const { minFace, score, margin, color, format, loop, emit, maxVisit, zone: zones, everyFrame } = settings;
  const { threads, fps, mask: masks } = settings;
  return {
    ...{
      camera,
      detector,
      minFace,
      score,
      margin,
      color,
      format,
      loop,
      emit,
      maxVisit,
      masks,
      zones,
      everyFrame,
    },
    ...(threads === undefined ? {} : { threads }),
    ...(fps === undefined ? {} : { fps }),
  };
}

function outletFor(cameras: readonly Camera[], settings: DetectSettings, context: RoleContext): FaceOutput {
  if (settings.dryRun) return printFaces(context);
  const clientId = stableClientId("detect", ...cameras.map(({ name }) => name));
  const to = {
    broker: toBroker(settings.broker, settings, clientId, settings.connectTimeout),
    topicOf: (camera: string) => fillTopic(settings.topic, "camera", camera),
    qos: settings.qos,
    after: settings.after,
  };
  return publishFaces(to, context);
}
