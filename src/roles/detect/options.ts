import { longestName } from "../../face/name.ts";
import { readBytes } from "../../settings/files.ts";
import { flag, integerBetween, list, numberBetween, oneOf, option, readText } from "../../settings/option.ts";
import { parsePolygon } from "../../vision/polygon.ts";
import { parseSynthetic } from "../../vision/synthetic-spec.ts";
import type { Emit } from "../../vision/types.ts";

/** Where the frames come from. */
export function cameraOption(
  more: { readonly required: { readonly unless: string } } | { readonly fallbackNote: string },
) {
  return list(
    "SOURCE",
    "a number, /dev/video0, rtsp:// or http:// (MJPEG), a video, an image, a folder of images, or synthetic; " +
      "again for another camera",
    readCamera,
    more,
  );
}

/** What detect sees, which faces it takes and how it cuts them out. */
export const captureOptions = {
  camera: cameraOption({ required: { unless: "cameraFile" } }),
  cameraFile: option("FILE", "file with cameras, a line each: for addresses with a password", readCameras, {
    fallbackNote: "none",
  }),
  name: list("NAME", "the camera's name, for topic and key; one for each camera", readName, {
    fallbackNote: "from the source",
  }),
  detector: option("D", "face detector: auto, haar or yunet", oneOf("auto", "haar", "yunet"), {
    fallback: "auto",
    fallbackNote: "auto: yunet if its model is here",
  }),
  model: option("FILE", "YuNet's model, yunet_n_dynamic.onnx", readText, {
    fallbackNote: "the cache; fetched once",
  }),
  modelUrl: option("URL", "where the model is fetched from", readHttpUrl, { fallbackNote: "its repository" }),
  detectWidth: option("PX", "yunet looks at frames of this width at most, pixels", integerBetween(32, 7680), {
    fallback: "320",
  }),
  threads: option("N", "threads that look for faces", integerBetween(1, 256), {
    fallbackNote: "1 for yunet, all cores for haar",
  }),
  fps: option("N", "the most frames looked at per second", numberBetween(0.01, 1000), {
    fallbackNote: "the source's own",
  }),
  everyFrame: flag("look at every frame, also while nothing moves"),
  minFace: option("PX", "smallest face, pixels", integerBetween(1, 10_000), { fallback: "24" }),
  score: option("S", "least score of a face, 0 to 1", numberBetween(0, 1), { fallback: "0.7" }),
  mask: list(
    "POLYGON",
    "privacy mask, x,y x,y x,y in 0..1: never looked at nor sent; again for another",
    parsePolygon,
    {
      fallbackNote: "none",
    },
  ),
  zone: list(
    "POLYGON",
    "only faces whose centre is in here, x,y x,y x,y in 0..1; again for another",
    parsePolygon,
    {
      fallbackNote: "everywhere",
    },
  ),
  emit: option(
    "E",
    "all: every face of every frame; best: one picture per visit; every:SECONDS: at most one per visit and period",
    readEmit,
    { fallback: "all" },
  ),
  maxVisit: option(
    "SECONDS",
    "with best: send after so long, though the visit goes on",
    numberBetween(1, 86_400),
    {
      fallback: "30",
    },
  ),
  margin: option("PCT", "widen the cut on each side, percent of the face", numberBetween(0, 200), {
    fallback: "0",
  }),
  color: flag("keep the colours instead of grey"),
  format: option("FORMAT", "picture format: png or jpeg", oneOf("png", "jpeg"), { fallback: "png" }),
  loop: flag("start a file or folder again when it ends"),
  limit: option("N", "stop after N faces", integerBetween(1)),
  stallTimeout: option(
    "SECONDS",
    "open a camera again that gave no frame for so long",
    numberBetween(0.5, 3600),
    {
      fallback: "10",
    },
  ),
};

function readCamera(text: string): string {
  if (/^synthetic(:|$)/.test(text)) parseSynthetic(text);
  // Its name would be made of it, password and all.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !URL.canParse(text))
    throw new Error("is not a URL; in a login #, / and ? are written %23, %2F and %3F");
  return readText(text);
}

/** A line that begins with # is none. */
function readCameras(path: string): readonly string[] {
  const lines = readBytes(path).toString("utf8").split("\n");
  return lines.flatMap((line, at) => {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) return [];
    try {
      return [readCamera(text)];
    } catch (error) {
      throw new Error(`line ${at + 1} ${(error as Error).message}`);
    }
  });
}

/** The name is one level of a topic and a part of the key. */
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
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
    throw new Error("must be an http:// or https:// URL");
  return text;
}
