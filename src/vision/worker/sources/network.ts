import { once } from "node:events";
import { connect } from "node:net";
import { UserError } from "../../../base/errors.ts";
import { redact } from "../../../base/redact.ts";
import { networkReason } from "../../../base/system-errors.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import { type Capture, captureOf } from "./capture.ts";
import { decoderThreads, openStreamByFfmpeg } from "./ffmpeg.ts";
import { jpegPicture } from "./jpeg-picture.ts";
import { fourccLetters, streamFormatOf } from "./stream-format.ts";

const defaultPorts: Readonly<Record<string, number>> = {
  "rtsp:": 554,
  "rtsps:": 322,
  "http:": 80,
  "https:": 443,
  "rtmp:": 1935,
};

/** Motion JPEG. */
const jpegCodec = /^mjp/i;
/** H.264 and H.265: FFmpeg decodes one of their frames in each thread; it comes out when the others have come in. */
const threadedCodec = /^(h26[45]|avc1|hevc|hvc1|hev1)/i;

/** How long a camera may take to accept a connection, ms. */
const connectTimeout = 5000;

/** A live stream that FFmpeg has opened. */
export function captureStream(cv: Cv, video: VideoCapture): Capture {
  const codec = fourccLetters(video.get(cv.CAP_PROP_FOURCC));
  const stream = streamFormatOf(cv, video);
  // -1 requests the encoded frames; it must be set before the first frame.
  if (jpegCodec.test(codec) && video.set(cv.CAP_PROP_FORMAT, -1))
    return captureOf(video, { stream, picture: () => jpegPicture(cv, encodedFrame(video)) });
  return captureOf(video, { stream, heldBack: threadedCodec.test(codec) ? decoderThreads(cv) - 1 : 0 });
}

/** The bytes of the frame that was grabbed last. */
function encodedFrame(video: VideoCapture): Buffer {
  const mat = video.retrieve();
  const bytes = mat.getData();
  mat.release();
  return bytes;
}

export function isHttp(url: string): boolean {
  return /^https?:/i.test(url);
}

const checkLogin = "Check the path, the user name and the password in the URL";

/**
 * Lets FFmpeg open a stream: RTSP, RTMP, UDP ... `remedy`: what to do when the answer is not a stream.
 * @throws UserError: unreachable when nothing answers at its address, refused when the answer is not a stream.
 */
export async function openStream(cv: Cv, url: string, remedy = checkLogin): Promise<VideoCapture> {
  assertUrl(url);
  try {
    return openStreamByFfmpeg(cv, url);
  } catch (error) {
    // Not before: some cameras serve one connection, and the first one must be FFmpeg's.
    await assertReachable(url);
    const message = `${redact(url)} answers but delivers no video`;
    throw new UserError("STREAM_UNREADABLE", message, remedy, error);
  }
}

/** @throws UserError when it is not a URL. */
export function assertUrl(url: string): void {
  // The URL is not shown: where its password ends is unknown.
  if (!URL.canParse(url)) {
    const remedy = "In a password write / as %2F, ? as %3F, # as %23, @ as %40";
    throw new UserError("CAMERA_URL_INVALID", "the camera's URL is not a valid one", remedy);
  }
}

/** FFmpeg only reports success or failure; a connection of our own finds the reason. */
async function assertReachable(url: string): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const number = port === "" ? defaultPorts[protocol] : Number(port);
  // Connectionless protocols (udp:, rtp:) cannot be checked.
  if (number === undefined) return;
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: number });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(connectTimeout) });
  } catch (error) {
    const reason = (error as Error).name === "AbortError" ? "no answer in time" : networkReason(error);
    const message = `the camera ${redact(url)} cannot be reached: ${reason}`;
    const remedy = "Check its address and that it is switched on";
    throw new UserError("CAMERA_UNREACHABLE", message, remedy, error);
  } finally {
    socket.destroy();
  }
}
