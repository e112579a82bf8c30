import { aborted } from "../base/signals.ts";
import { longestName } from "../face/name.ts";
import { fillTopic, readTopicTemplate } from "../mqtt/topics.ts";
import { brokerOptions } from "../settings/broker.ts";
import {
  flag,
  integerBetween,
  numberBetween,
  oneOf,
  option,
  readText,
  type Settings,
} from "../settings/option.ts";
import { cameraName } from "../vision/source-name.ts";
import { parseSynthetic } from "../vision/synthetic/spec.ts";
import type { SourceInfo, VisionSettings } from "../vision/types.ts";
import { Vision } from "../vision/vision.ts";
import { loginFaults, stableClientId, toBroker } from "./broker-settings.ts";
import { type PublishTo, printFaces, publishFaces } from "./detect-outlet.ts";
import { defineRole, type RoleContext } from "./role.ts";
import { Tally } from "./tally.ts";

/** A live camera that gave no frame for so long is not healthy, milliseconds: longer than one restart takes. */
const blindAfter = 15_000;

/** What detect sees and how it cuts it out. */
export const captureOptions = {
  camera: option(
    "SOURCE",
    "a number, /dev/video0, rtsp:// or http:// (MJPEG), a video, an image, a folder of images, or synthetic",
    readCamera,
    { required: true },
  ),
  name: option("NAME", "the camera's name, for topic and key", readName, { fallbackNote: "from the source" }),
  detector: option("D", "face detector: auto or haar", oneOf("auto", "haar"), { fallback: "auto" }),
  fps: option("N", "the most frames looked at per second", numberBetween(0.01, 1000), {
    fallbackNote: "the source's own",
  }),
  minFace: option("PX", "smallest face, pixels", integerBetween(1, 10_000), { fallback: "24" }),
  score: option("S", "least score of a face, 0 to 1", numberBetween(0, 1), { fallback: "0.7" }),
  margin: option("PCT", "widen the cut on each side, percent of the face", numberBetween(0, 200), {
    fallback: "0",
  }),
  color: flag("keep the colours instead of grey"),
  format: option("FORMAT", "picture format: png or jpeg", oneOf("png", "jpeg"), { fallback: "png" }),
  loop: flag("start a file or folder again when it ends"),
  limit: option("N", "stop after N faces", integerBetween(1)),
};

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
  dryRun: flag("no broker: print one JSON line per face"),
  ...brokerOptions,
};

export const detect = defineRole({
  name: "detect",
  summary: "Reads frames, cuts each face out, publishes it as one binary message",
  examples: [
    "facepipe detect --camera 0",
    "facepipe detect --camera rtsp://user:password@door.local/stream --name door --fps 5",
    "facepipe detect --camera holiday.mp4 --dry-run",
    "facepipe detect --camera synthetic:faces=2,seconds=10",
  ],
  options,
  check: (settings) => loginFaults({ ...settings, url: settings.broker }),
  async run(settings, context) {
    const { log, stop } = context;
    const { limit = Number.POSITIVE_INFINITY } = settings;
    const camera = settings.name ?? cameraName(settings.camera);
    const vision = new Vision(visionSettings(settings), log);
    const outlet = settings.dryRun
      ? printFaces(camera, context)
      : publishFaces(publishTo(camera, settings), context);
    const tally = new Tally(context);
    void aborted(stop).then(() => vision.stop());
    try {
      const source = await vision.open(stop);
      log.info(`${camera}: ${describeSource(source)}, detector haar`);
      watchCamera(vision, source, context);
      await outlet.open();
      if (stop.aborted) return;
      context.ready();
      await tally.start(settings.loop ? undefined : source.frames);
      for await (const frame of vision.frames()) {
        tally.frame(frame, vision.restarts);
        for (const face of frame.faces.slice(0, limit - tally.faces)) {
          tally.face();
          await outlet.send(face);
        }
        if (tally.faces >= limit) break;
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      tally.stop();
      await vision.stop();
      await outlet.close();
    }
    log.info(tally.summary());
  },
});

function visionSettings(settings: Settings<typeof options>): VisionSettings {
  const { camera, fps, minFace, score, margin, color, format, loop } = settings;
  return {
    camera,
    detector: "haar",
    minFace,
    score,
    margin,
    color,
    format,
    loop,
    ...(fps === undefined ? {} : { fps }),
  };
}

function publishTo(camera: string, settings: Settings<typeof options>): PublishTo {
  const clientId = stableClientId("detect", camera);
  return {
    camera,
    broker: toBroker(settings.broker, settings, clientId, settings.connectTimeout),
    topic: fillTopic(settings.topic, "camera", camera),
    qos: settings.qos,
  };
}

function describeSource({ live, frames }: SourceInfo): string {
  if (live) return "a live source";
  return frames === undefined ? "a source with an end" : `${frames} frames`;
}

function watchCamera(vision: Vision, { live }: SourceInfo, { health }: RoleContext): void {
  if (!live) return;
  health.addLiveness(() => {
    const silence = Date.now() - vision.lastAlive;
    return silence > blindAfter ? `no frame from the camera for ${Math.round(silence / 1000)} s` : undefined;
  });
}

function readCamera(text: string): string {
  if (/^synthetic(:|$)/.test(text)) parseSynthetic(text);
  return readText(text);
}

/** The name is one level of a topic and a part of the key. */
function readName(text: string): string {
  if (Buffer.byteLength(text) > longestName) throw new Error(`must have at most ${longestName} bytes`);
  if (/[/#+\0]/.test(text)) throw new Error("must be without /, # and +");
  return readText(text);
}
