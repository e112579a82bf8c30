import { statSync } from "node:fs";
import { UserError } from "../../../base/errors.ts";
import type { Cv, Mat, VideoCapture } from "../opencv.ts";
import { openRecordingByFfmpeg } from "./ffmpeg.ts";
import { grabbedPicture } from "./grabbed-picture.ts";
import { readRotation } from "./mp4-rotation.ts";
import { isHttp } from "./network.ts";
import { RecordingClock } from "./recording-clock.ts";
import type { Source, Warn } from "./source.ts";
import { streamFormatOf } from "./stream-format.ts";

/** OpenCV's CAP_PROP_ORIENTATION_AUTO, which the addon does not name. */
const orientationAuto = 49;
/** Reads without a picture in a row that end a recording: each passes over hundreds of damaged packets. */
const mostEmptyReads = { withinDuration: 100, otherwise: 3 } as const;
/** With fewer of its frames, what the faces of a recording say about it is not worth much. */
const leastShare = 0.5;
/** A count of frames that is computed, not stored, may be wrong by so much. */
const countError = 0.1;

/**
 * A recording, frame by frame. Damaged parts are passed over. `path`: absolute, or a URL; FFmpeg takes a colon in a relative
 * path for the end of a protocol. `name`: for messages.
 * @throws UserError when it is not a video; from `read`, at the end, when most of it could not be read.
 */
export function openVideoFile(cv: Cv, path: string, warn: Warn, name: string): Source {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  // What is read from a pipe is gone: it is opened once.
  const canReopen = isFile || isHttp(path);
  const rotate = isFile ? rotationOf(cv, path) : undefined;
  const open = () => {
    try {
      return openVideo(cv, path, rotate !== undefined);
    } catch (error) {
      throw notVideo(name, error);
    }
  };
  let capture = open();
  const count = positive(Math.round(capture.get(cv.CAP_PROP_FRAME_COUNT)));
  const claimedRate = positive(capture.get(cv.CAP_PROP_FPS));
  const rate = !canReopen || isRate(cv, open, claimedRate) ? claimedRate : undefined;
  // Computed from the rate by most containers: with another rate it is a guess.
  const frames = rate === undefined ? undefined : count;
  const format = streamFormatOf(cv, capture);
  const stream = format && { ...format, rate };
  const clock = new RecordingClock(rate, frames === undefined ? undefined : frames / (rate ?? 1));
  let read = 0;
  let hasGap = false;

  /** Grabs the next frame, past what is damaged; false at the end. */
  const grabNext = (): boolean => {
    for (let empty = 0; ; empty++) {
      if (capture.grab()) {
        hasGap ||= empty > 0;
        return true;
      }
      if (clock.isOver) return false;
      const most = clock.knowsDuration ? mostEmptyReads.withinDuration : mostEmptyReads.otherwise;
      if (empty >= most) return false;
    }
  };
  const onEnd = () => {
    if (read === 0) throw notVideo(name);
    // At its end without a gap it is complete, however many frames that are.
    if (frames === undefined || read >= frames || (clock.isOver && !hasGap)) return;
    const share = read / frames;
    if (share < leastShare) {
      const message = `only ${read} of the ${frames} frames of ${name} could be read`;
      throw new UserError("VIDEO_DAMAGED", message, "It is damaged, or its copy is not complete");
    }
    if (hasGap) warn(`${name} is damaged: ${frames - read} of ${frames} frames could not be read`);
    else if (share < 1 - countError)
      warn(`${name} ends after ${read} of ${frames} frames; it may be damaged`);
  };
  return {
    info: { live: false, frames, stream },
    async read() {
      if (!grabNext()) {
        onEnd();
        return undefined;
      }
      read++;
      const seconds = clock.onFrame(capture.get(cv.CAP_PROP_POS_MSEC) / 1000);
      return { picture: grabbedPicture(capture, rotate), capturedAt: Date.now(), dropped: 0, seconds };
    },
    rewind() {
      capture.release();
      capture = open();
      clock.rewind();
      read = 0;
      hasGap = false;
    },
    close: () => capture.release(),
  };
}

function openVideo(cv: Cv, path: string, turnsByUs: boolean): VideoCapture {
  const capture = openRecordingByFfmpeg(cv, path);
  if (turnsByUs) capture.set(orientationAuto, 0);
  return capture;
}

/** Turns a picture of this file upright, and releases what it was given; undefined where that is OpenCV's business. */
function rotationOf(cv: Cv, path: string): ((mat: Mat) => Mat) | undefined {
  const rotation = readRotation(path);
  if (rotation === undefined) return undefined;
  if (rotation === 0) return (mat) => mat;
  const codes = { 90: cv.ROTATE_90_CLOCKWISE, 180: cv.ROTATE_180, 270: cv.ROTATE_90_COUNTERCLOCKWISE };
  return (mat) => {
    const upright = mat.rotate(codes[rotation]);
    mat.release();
    return upright;
  };
}

/** How many frames are looked at to know whether a recording has the rate that its container claims. */
const probedFrames = 10;
const rateError = 0.2;

/** Whether the frames at the beginning come at this rate: browsers and phones record at what light and load allow. */
function isRate(cv: Cv, open: () => VideoCapture, rate: number | undefined): boolean {
  if (rate === undefined) return false;
  const capture = open();
  const times: number[] = [];
  while (times.length < probedFrames) {
    if (!capture.grab()) break;
    times.push(capture.get(cv.CAP_PROP_POS_MSEC) / 1000);
  }
  capture.release();
  // The median: frames may be missing.
  const intervals = times.slice(1).map((time, nth) => time - (times[nth] ?? 0));
  const interval = intervals.sort((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
  // One frame, or a container without times: there is nothing to compare with.
  return interval <= 0 || Math.abs(interval * rate - 1) <= rateError;
}

function notVideo(name: string, cause?: unknown) {
  const message = `${name} is not a video that OpenCV can read`;
  return new UserError("VIDEO_UNREADABLE", message, "`ffprobe` on it may say why", cause);
}

/** Formats without a property report 0, -1 or nonsense. */
function positive(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
