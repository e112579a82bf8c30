import type { InputFormat, StreamFormat, WebcamRequest } from "../../types.ts";
import { webcamDefault } from "../../webcam-request.ts";
import type { Cv, VideoCapture } from "../opencv.ts";

/**
 * Sizes that webcams have, largest first, up to the default: of raw pictures USB 2 carries 1280x720 at some 10 frames/s, but
 * 640x480 at 30.
 */
const sizes = [
  webcamDefault.size,
  { width: 1024, height: 576 },
  { width: 960, height: 540 },
  { width: 800, height: 600 },
  { width: 640, height: 480 },
] as const;
/** With this share of the wanted rate a size is taken: 25 frames/s in Europe, 24 of some cameras. */
const enoughRate = 0.8;
/** Faster than any camera: such a rate is a driver's mistake. */
const mostRate = 1000;

const fourccs = { mjpeg: "MJPG", yuyv: "YUYV" } as const;
/** FFmpeg's names for what V4L2 calls otherwise. */
const codecNames: Readonly<Record<string, string>> = { mjpg: "mjpeg", jpeg: "mjpeg", yuy2: "yuyv" };

interface Mode {
  readonly width: number;
  readonly height: number;
  /** Absent: the format stays as it is. */
  readonly format?: InputFormat | undefined;
  /** Frames per second. */
  readonly rate: number;
}

interface Trial {
  readonly mode: Mode;
  readonly came: StreamFormat;
}

/**
 * Sets a webcam's format, size and rate, and returns what came. OpenCV can only ask, and V4L2 chooses what is nearest; some
 * drivers refuse, or keep a size of their own, or tell no rate. To be called before the first frame is read: a stream that
 * runs cannot be changed.
 *
 * What is not asked for explicitly is tried: MJPEG first, then raw pictures; the largest size first. The first mode that
 * reaches the rate is taken, else the fastest.
 */
export function setWebcamMode(cv: Cv, video: VideoCapture, request: WebcamRequest): StreamFormat {
  const wish: Wish = { size: request.size, rate: request.rate ?? webcamDefault.rate };
  const trials: Trial[] = [];
  for (const format of request.format ? [request.format] : (["mjpeg", "yuyv"] as const)) {
    let hasFormat = true;
    for (const size of request.size ? [request.size] : sizes) {
      // What OpenCV chose instead of a format that the camera does not have is not changed again.
      const mode = { ...size, format: hasFormat ? format : undefined, rate: wish.rate };
      const came = applyMode(cv, video, mode);
      if (isGood(came, wish)) return came;
      hasFormat &&= came.codec === format;
      trials.push({ mode: hasFormat ? mode : { ...mode, format: undefined }, came });
    }
    if (!hasFormat) break;
  }
  const best = trials.reduce((a, b) => (isBetter(b.came, a.came, wish) ? b : a));
  return best === trials.at(-1) ? best.came : applyMode(cv, video, best.mode);
}

function applyMode(cv: Cv, video: VideoCapture, { width, height, format, rate }: Mode): StreamFormat {
  const set = (property: number, value: number) => {
    try {
      video.set(property, value);
    } catch {
      // What came is read back in any case.
    }
  };
  // The format first: sizes and rates depend on it. AVFoundation has no such setting.
  if (format) set(cv.CAP_PROP_FOURCC, fourccOf(fourccs[format]));
  set(cv.CAP_PROP_FRAME_WIDTH, width);
  set(cv.CAP_PROP_FRAME_HEIGHT, height);
  set(cv.CAP_PROP_FPS, rate);
  return readMode(cv, video);
}

/** What a webcam says that it delivers. */
export function readMode(cv: Cv, video: VideoCapture): StreamFormat {
  const fps = video.get(cv.CAP_PROP_FPS);
  return {
    codec: codecOf(video.get(cv.CAP_PROP_FOURCC)),
    width: Math.max(0, video.get(cv.CAP_PROP_FRAME_WIDTH)) || 0,
    height: Math.max(0, video.get(cv.CAP_PROP_FRAME_HEIGHT)) || 0,
    rate: fps > 0 && fps <= mostRate ? fps : undefined,
  };
}

interface Wish {
  readonly size: WebcamRequest["size"];
  readonly rate: number;
}

/** Whether no other mode needs to be tried. A camera that tells no rate is believed to reach it. */
function isGood(came: StreamFormat, wish: Wish): boolean {
  return fits(came, wish) && reached(came, wish) >= enoughRate;
}

function isBetter(a: StreamFormat, b: StreamFormat, wish: Wish): boolean {
  if (fits(a, wish) !== fits(b, wish)) return fits(a, wish);
  const [rateOfA, rateOfB] = [reached(a, wish), reached(b, wish)];
  const bothReach = Math.min(rateOfA, rateOfB) >= enoughRate;
  if (!bothReach && rateOfA !== rateOfB) return rateOfA > rateOfB;
  return a.width * a.height > b.width * b.height;
}

/** The share of the wanted rate, at most 1. */
function reached({ rate }: StreamFormat, wish: Wish): number {
  return rate === undefined ? 1 : Math.min(1, rate / wish.rate);
}

/** Whether it is the size that was asked for or, without one, within the default. */
function fits({ width, height }: StreamFormat, { size }: Wish): boolean {
  if (size) return width === size.width && height === size.height;
  return width > 0 && height > 0 && width <= webcamDefault.size.width && height <= webcamDefault.size.height;
}

/** FourCC, as V4L2 writes it. */
function fourccOf(letters: string): number {
  return Buffer.from(letters).readUInt32LE();
}

/** The name of a format in lower case; undefined when the driver tells none. */
function codecOf(fourcc: number): string | undefined {
  if (!(fourcc > 0 && fourcc < 2 ** 32)) return undefined;
  const letters = Buffer.alloc(4);
  letters.writeUInt32LE(fourcc);
  const name = letters.toString("latin1").replace(/\0/g, "").trim().toLowerCase();
  return /^[\x20-\x7e]+$/.test(name) ? (codecNames[name] ?? name) : undefined;
}
