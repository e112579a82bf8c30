import { availableParallelism, cpus } from "node:os";
import type { Cv, VideoCapture } from "../opencv.ts";

/** Pixels of the largest picture that one core decodes at a camera's rate, 1920x1088. */
const fullHd = 1920 * 1088;

/**
 * Lets FFmpeg open a camera's stream: up to Full HD it is decoded by one thread, because each further one delays every
 * frame by one and takes CPU time of its own.
 * @throws Error without a reason when it cannot be opened.
 */
export function openStreamByFfmpeg(cv: Cv, url: string): VideoCapture {
  return openWith(cv, url, 1, fullHd);
}

/**
 * Lets FFmpeg open a recording, which is decoded ahead on every CPU that this process may use; OpenCV would start a thread
 * for each of the machine.
 * @throws Error without a reason when it cannot be opened.
 */
export function openRecordingByFfmpeg(cv: Cv, path: string): VideoCapture {
  return openWith(cv, path, availableParallelism(), Number.POSITIVE_INFINITY);
}

function openWith(cv: Cv, address: string, threads: number, pixels: number): VideoCapture {
  cv.VideoCapture.limitDecoderThreads(threads, pixels);
  // FFmpeg explicitly: the other backends that "any" would try support less and can hang on a broken file.
  return new cv.VideoCapture(address, cv.CAP_FFMPEG);
}

/** The threads that decode the capture that was opened last. */
export function decoderThreads(cv: Cv): number {
  return cv.VideoCapture.decoderThreads() || cpus().length;
}
