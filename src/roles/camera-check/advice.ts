import type { FaceMeasurement, StreamMeasurement } from "../../vision/measurement.ts";
import type { SourceInfo, StreamFormat, VisionSettings } from "../../vision/types.ts";
import { codecLabel, plural, round, sizeRange, sourceRate } from "./findings.ts";

export interface Checked {
  readonly settings: VisionSettings;
  readonly info: SourceInfo;
  readonly format: StreamFormat;
  readonly stream: StreamMeasurement;
  readonly faces: FaceMeasurement;
  /** Of an answer over HTTP. */
  readonly contentType?: string | undefined;
  /** YuNet would be used, but its model is not installed. */
  readonly modelMissing: boolean;
}

/** With fewer frames per second a person may pass between two of them. */
const fewestFrames = 5;
/** Mean grey levels, 0 to 255. */
const black = 12;
const dark = 40;
const overexposed = 225;
/** Standard deviation of the grey level of a picture of one colour with the noise of a sensor. */
const plain = 6;
/**
 * Sharpness of the sharpest part of a frame that is out of focus. Measured with webcams and films, 640 pixels wide: 30 and
 * more, mostly 200 to 1500; blurred by a Gaussian of 2 pixels 2 to 22.
 */
const blurred = 20;
/** What YuNet needs of a face in the frame that it is given, pixels. */
const yunetFace = 12;
/** YuNet's input is a multiple of this wide, pixels. */
const widthStep = 32;

/** What to change about a camera that works, in words; most important first. */
export function adviceFor(checked: Checked): string[] {
  const rules = [
    stillPicture,
    largeFrames,
    lightAdvice,
    focusAdvice,
    rateAdvice,
    cpuAdvice,
    faceAdvice,
    haarAdvice,
  ];
  return rules.flatMap((rule) => rule(checked) ?? []);
}

function stillPicture({ contentType = "" }: Checked): string | undefined {
  if (!/^image\//i.test(contentType)) return undefined;
  return "this URL is a single picture, which is fetched again and again: name the camera's MJPEG or RTSP stream";
}

function largeFrames({ info, format, stream }: Checked): string | undefined {
  const { width, height } = stream;
  if (info.unrelated || width * height <= 1920 * 1200) return undefined;
  const isFourK = width * height >= 3840 * 2160 * 0.9;
  const what = `this is ${isFourK ? "4K" : `${width}x${height}`} ${codecLabel(format.codec)}`.trim();
  const remedy = info.live
    ? "name the camera's sub-stream, which has the same picture in fewer pixels"
    : "record the camera's sub-stream, or scale the file down";
  return `${what}: ${remedy} (1280x720 is enough for faces at an entrance)`;
}

function lightAdvice({ stream }: Checked): string | undefined {
  const { light, contrast } = stream.picture;
  if (light < black)
    return "the picture is black: take off the lens cap, switch on light or the infrared light (IR), or expose longer";
  if (contrast < plain)
    return "the picture has one colour: the lens is covered, or the camera has no signal from its sensor";
  if (light < dark)
    return "the picture is dark: add light, switch on the infrared light (IR), or expose longer";
  if (light > overexposed)
    return "the picture is overexposed: turn the camera away from the light, or expose shorter";
  return undefined;
}

function focusAdvice({ stream }: Checked): string | undefined {
  const { light, contrast, sharpness } = stream.picture;
  // Without light and without edges it says nothing.
  if (light < dark || contrast < plain || sharpness >= blurred) return undefined;
  return "the picture is blurred: focus the lens, clean it, or raise the bit rate of the stream";
}

function rateAdvice(checked: Checked): string | undefined {
  const { info, stream, settings } = checked;
  const rate = info.live ? stream.rate : undefined;
  if (rate === undefined || rate >= fewestFrames) return undefined;
  const claimed = info.stream?.rate;
  const isSlow = claimed !== undefined && claimed >= fewestFrames && settings.camera.includes("://");
  const remedy = isSlow
    ? `the stream claims ${round(claimed)}: check the network, or use a smaller stream`
    : "raise its frame rate; cameras lower it in the dark, so add light or limit the exposure time";
  return `only ${round(rate)} frames/s, and a person may pass between two: ${remedy}`;
}

function cpuAdvice(checked: Checked): string | undefined {
  const { stream, faces, info, settings, format } = checked;
  const rate = sourceRate(stream, info);
  // A file waits.
  if (rate === undefined || !info.live) return undefined;
  const isSaturated = stream.cpuMs * rate > 800;
  // What comes is then what the CPU can take, and not what the camera sends.
  const sent = isSaturated ? Math.max(rate, info.stream?.rate ?? rate) : rate;
  const analysed = Math.min(sent, settings.fps ?? sent);
  const cores = (stream.cpuMs * sent + faces.cpuMs * analysed) / 1000;
  if (cores <= 1) return undefined;
  const decoding = stream.cpuMs * sent > faces.cpuMs * analysed;
  const remedies = decoding
    ? `use a smaller stream (the camera's sub-stream), ${format.codec === "mjpeg" ? "" : "MJPEG, "}fewer frames per second, or decode in hardware`
    : `lower --fps${settings.detector.name === "haar" ? ", or use --detector yunet" : " or --detect-width"}`;
  return `at ${round(sent)} frames/s this takes ${round(cores)} cores while somebody is there: ${remedies}`;
}

function faceAdvice({ faces, settings, stream }: Checked): string | undefined {
  const { missed, sizes } = faces;
  const [least] = missed;
  const { detector, minFace } = settings;
  if (least === undefined || detector.name !== "yunet") return undefined;
  const what = `${plural(missed.length, "face")} of ${sizeRange(missed)} ${missed.length === 1 ? "is" : "are"} too small`;
  const width = Math.min(stream.width, Math.ceil((yunetFace * stream.width) / least / widthStep) * widthStep);
  const options = [
    ...(least < minFace ? [`--min-face ${least}`] : []),
    ...(width > (detector.width ?? 0) ? [`--detect-width ${width}`] : []),
  ];
  const nearer = sizes.length > 0 ? "" : ", or bring the camera nearer";
  if (options.length === 0) return undefined;
  return `${what} for these settings: use ${options.join(" and ")}${nearer}`;
}

function haarAdvice({ faces, settings, modelMissing }: Checked): string | undefined {
  if (settings.detector.name !== "haar" || !(modelMissing || faces.withFaces === 0)) return undefined;
  return "the Haar cascade misses most small or turned faces: `--detector yunet` downloads YuNet's model once (320 kB)";
}
