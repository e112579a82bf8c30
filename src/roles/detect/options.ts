import { existsSync } from "node:fs";
import { longestName } from "../../face/name.ts";
import { readTopicTemplate } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { readFrameRate, readFrameSize } from "../../settings/frame-size.ts";
import {
  described,
  flag,
  integerBetween,
  list,
  numberBetween,
  oneOf,
  option,
  readText,
  type Settings,
} from "../../settings/option.ts";
import { readSize } from "../../settings/size.ts";
import { checkLogin, checkNoLogin, isUrl, shownValue } from "../../settings/url-login.ts";
import { defaultDetectWidth, defaultMinFace } from "../../vision/defaults.ts";
import { pathOfFileUrl } from "../../vision/file-url.ts";
import { checkPipeline, isGstPipeline, pipelineLabel } from "../../vision/gst-pipeline.ts";
import { parsePolygon } from "../../vision/polygon.ts";
import { parseSynthetic } from "../../vision/synthetic-spec.ts";
import type { Emit, WebcamRequest } from "../../vision/types.ts";
import type { RoleSettings } from "../role.ts";

/** Where the frames come from. */
export function cameraOption(
  more: { readonly required: { readonly unless: readonly string[] } } | { readonly fallbackNote: string },
) {
  const cameras = list(
    "SOURCE",
    "a number, /dev/video0, rtsp:// or http://, gst:PIPELINE, a video, an image, a folder of images, " +
      "or synthetic; repeatable, one for each camera",
    readCamera,
    more,
  );
  const parse = (text: string) => {
    checkLineBreaks(text);
    return cameras.parse(text);
  };
  return { ...cameras, parse, show: shownCamera };
}

/** Also of a wrong one: a pipeline may contain a password anywhere. */
function shownCamera(text: string): string {
  return isGstPipeline(text) ? pipelineLabel(text) : shownValue(text);
}

/** Which frames are analysed, which faces are sent and how they are cut out. */
export const captureOptions = {
  camera: cameraOption({ required: { unless: ["drain"] } }),
  name: list("NAME", "camera name, used in topic and object key; one for each camera", readName, {
    fallbackNote: "from the source",
  }),
  videoSize: option("WxH", "frame size that a webcam is asked for, for example 1920x1080", readFrameSize, {
    fallbackNote: "its best up to 1280x720",
  }),
  inputFormat: option("FORMAT", "format that a webcam is asked for: mjpeg or yuyv", oneOf("mjpeg", "yuyv"), {
    fallbackNote: "mjpeg if it has that",
  }),
  framerate: option("N", "frames per second that a webcam is asked for", readFrameRate, {
    fallbackNote: "30",
  }),
  detector: option("D", "face detector: auto, haar or yunet", oneOf("auto", "haar", "yunet"), {
    fallback: "auto",
    fallbackNote: "auto: yunet if its model is installed",
  }),
  model: option("FILE", "YuNet's model, yunet_n_dynamic.onnx", readText, {
    fallbackNote: "the cache; downloaded once",
  }),
  modelUrl: option("URL", "URL to download the model from", readHttpUrl, { fallbackNote: "its repository" }),
  detectWidth: option("PX", "maximum frame width for yunet, pixels", integerBetween(32, 7680), {
    fallbackNote: `${defaultDetectWidth}; for images by --min-face`,
  }),
  threads: option("N", "threads of the detector", integerBetween(1, 256), {
    fallbackNote: "1 for yunet, all cores for haar",
  }),
  fps: option("N", "maximum frames analysed per second", numberBetween(0.01, 1000), {
    fallbackNote: "the source's own",
  }),
  everyFrame: flag("analyse every frame, even without motion"),
  minFace: option("PX", "minimum face size, pixels", integerBetween(1, 10_000), {
    fallback: String(defaultMinFace),
  }),
  minQuality: option("Q", "minimum quality score of a face that is sent, 0 to 1", numberBetween(0, 1), {
    fallback: "0",
  }),
  score: option("S", "minimum detection score, 0 to 1", numberBetween(0, 1), { fallback: "0.7" }),
  mask: list(
    "POLYGON",
    "privacy mask, x,y x,y x,y in 0..1: never analysed nor sent; repeatable",
    parsePolygon,
    { fallbackNote: "none" },
  ),
  zone: list(
    "POLYGON",
    "region of interest, x,y x,y x,y in 0..1: only faces whose centre is inside; repeatable",
    parsePolygon,
    { fallbackNote: "the whole frame" },
  ),
  emit: option(
    "E",
    "all: every face of every frame; best: one best shot per visit; every:SECONDS: at most one per visit and period",
    described({ pattern: "^(all|best|every:\\d*\\.?\\d+)$" }, readEmit),
    { fallback: "all" },
  ),
  maxVisit: option(
    "SECONDS",
    "with best: send the best shot after this time, even if the visit continues",
    numberBetween(1, 86_400),
    { fallback: "30" },
  ),
  margin: option("PCT", "margin around the face on each side, percent of the face", numberBetween(0, 200), {
    fallback: "0",
  }),
  align: flag(
    "turn and scale each face to 112x112 by its landmarks, as recognition models want it; yunet only",
  ),
  color: flag("colour pictures instead of grey"),
  format: option("FORMAT", "picture format: png or jpeg", oneOf("png", "jpeg"), { fallback: "png" }),
  jpegQuality: option("N", "quality of jpeg pictures, 1 to 100", integerBetween(1, 100), { fallback: "95" }),
  loop: flag("repeat a file or folder when it ends"),
  limit: option("N", "stop after N faces", integerBetween(1)),
  stallTimeout: option(
    "SECONDS",
    "reopen the camera after this long without a frame",
    numberBetween(0.5, 3600),
    { fallback: "10" },
  ),
};

export type CaptureSettings = Settings<typeof captureOptions>;

type WebcamOptions = "videoSize" | "inputFormat" | "framerate";

export function webcamRequestOf(settings: Pick<CaptureSettings, WebcamOptions>): WebcamRequest {
  return { size: settings.videoSize, format: settings.inputFormat, rate: settings.framerate };
}

/** Where faces wait until they are safe. */
export const spoolOptions = {
  spool: option("DIR", "directory in which faces wait until they are safe", readText, {
    fallbackNote: "off",
  }),
  spoolMax: option("SIZE", "maximum size of the spool, for example 500MB or 2GiB", readSize, {
    fallback: "1GiB",
  }),
  spoolFull: option(
    "POLICY",
    "when the spool is full: drop the oldest; drop redundant pictures of visits that have several, then the oldest; " +
      "or stop analysing frames",
    oneOf("oldest", "redundant", "stop"),
    { fallback: "redundant" },
  ),
  spoolUntil: option(
    "EVENT",
    "delete a face from the spool when a store confirmed it (stored), or when the broker acknowledged it",
    oneOf("stored", "broker"),
    { fallback: "stored" },
  ),
};

export const detectOptions = {
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

export type DetectSettings = RoleSettings<typeof detectOptions, typeof captureOptions>;

/** For URLs with a login that is not written as it must be. */
const loginAdvice = "a configuration file (--config) keeps such an address out of the list of processes";

/** Line breaks separate cameras; one within a login is part of a password, and the rest of it no file. */
function checkLineBreaks(text: string): void {
  const lines = text.split("\n").map((line) => line.trim());
  const pipeline = lines.findIndex(isGstPipeline);
  const isContinuation = (line: string, index: number, all: readonly string[]) =>
    !isGstPipeline(line) && (/^(!|[\w-]+\s*=)|\s!(\s|$)/.test(line) || all[index - 1]?.endsWith("!"));
  if (pipeline >= 0 && lines.slice(pipeline).some(isContinuation))
    throw new Error("has a pipeline of several lines: a line break separates cameras; write it in one line");
  const first = lines.findIndex((line) => line.includes(":") && !/^synthetic(:|$)/.test(line));
  const isRest = (line: string) => line.includes("@") && !isUrl(line) && !existsSync(line);
  if (first >= 0 && lines.slice(first + 1).some(isRest))
    throw new Error(
      "has a line with an @ that is neither a URL nor a file; a line break in a password is written %0A",
    );
}

function readCamera(text: string): string {
  if (/^synthetic(:|$)/.test(text)) parseSynthetic(text);
  if (isGstPipeline(text)) {
    checkPipeline(text);
    return text;
  }
  // An @ in it belongs to a name.
  if (pathOfFileUrl(text) !== undefined) return readText(text);
  if (isUrl(text)) {
    // The camera's name is derived from the host, which must not be a part of the password.
    checkLogin(text, loginAdvice);
    if (!URL.canParse(text)) throw new Error("is not a valid URL such as rtsp://user:password@host/path");
  } else if (/:.*@|\/\/.*@/s.test(text) && !/^\.{0,2}\//.test(text) && !existsSync(text)) {
    throw new Error("is not a file, and an address begins with rtsp:// or http://");
  }
  return readText(text);
}

/** The name is one topic level and one part of the object key. */
function readName(text: string): string {
  if (Buffer.byteLength(text) > longestName) throw new Error(`must have at most ${longestName} bytes`);
  if (/[/#+\0]/.test(text)) throw new Error("must be without /, # and +");
  return readText(text);
}

function readEmit(text: string): Emit {
  if (text === "all" || text === "best") return { kind: text };
  const [, seconds = ""] = /^every:(\d*\.?\d+)$/.exec(text) ?? [];
  if (!(Number(seconds) > 0)) throw new Error("must be all, best or every:SECONDS");
  return { kind: "every", seconds: Number(seconds) };
}

function readHttpUrl(text: string): string {
  checkNoLogin(text);
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new Error("must be an http:// or https:// URL");
  return text;
}
