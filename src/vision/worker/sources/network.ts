import { once } from "node:events";
import { connect } from "node:net";
import { cpus } from "node:os";
import { describe, refused, unreachable } from "../../../base/errors.ts";
import { redact } from "../../../base/log.ts";
import type { Cv, VideoCapture } from "../opencv.ts";
import { type Capture, jpegs, pictures } from "./capture.ts";

/** The ports that the schemes stand for. */
const ports: Readonly<Record<string, number>> = {
  "rtsp:": 554,
  "rtsps:": 322,
  "http:": 80,
  "https:": 443,
  "rtmp:": 1935,
};

/** Motion JPEG. */
const jpegCodec = /^mjp/i;
/**
 * H.264 and H.265: FFmpeg decodes as many of their frames at a time as there are CPUs, and OpenCV 4.6 has no way to tell it
 * otherwise; a frame comes out when that many more have come in.
 */
const threadedCodec = /^(h26[45]|avc1|hevc|hvc1|hev1)/i;

/** How long a camera may take to accept a connection, ms. */
const patience = 5000;

/**
 * Opens a network stream: RTSP, or MJPEG over HTTP.
 * @throws UserError: unreachable when nothing answers at its address, refused when what answers is no stream.
 */
export async function openNetwork(cv: Cv, url: string): Promise<Capture> {
  const capture = await captureNetwork(cv, url);
  const codec = codecOf(capture.get(cv.CAP_PROP_FOURCC));
  // -1 asks for what came over the network as it is; only before the first frame.
  if (jpegCodec.test(codec) && capture.set(cv.CAP_PROP_FORMAT, -1)) return jpegs(cv, capture);
  return pictures(capture, { heldBack: threadedCodec.test(codec) ? cpus().length - 1 : 0 });
}

/** Four letters, as FFmpeg or the stream has them. */
function codecOf(fourcc: number): string {
  const letters = Buffer.alloc(4);
  letters.writeInt32LE(fourcc);
  return letters.toString("latin1");
}

async function captureNetwork(cv: Cv, url: string): Promise<VideoCapture> {
  // Not shown: where its password ends is just what cannot be told.
  if (!URL.canParse(url))
    throw refused(
      "the camera's URL is not a valid one",
      "In a password write / as %2F, ? as %3F, # as %23, @ as %40",
    );
  try {
    return new cv.VideoCapture(url, cv.CAP_FFMPEG);
  } catch (error) {
    // Asked only now: some cameras serve one connection, and the first one must be FFmpeg's.
    await assertReachable(url);
    throw refused(
      `${redact(url)} answers but gives no video${await httpAnswer(url)}`,
      "Check the path, the user name and the password in the URL",
      error,
    );
  }
}

/** What a web server says to a request for the stream, in brackets, since FFmpeg keeps it to itself; else "". */
async function httpAnswer(url: string): Promise<string> {
  if (!/^https?:/i.test(url)) return "";
  try {
    const { username, password, href } = new URL(url);
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    const headers = username === "" ? undefined : { authorization: `Basic ${login.toString("base64")}` };
    const plain = Object.assign(new URL(href), { username: "", password: "" });
    const signal = AbortSignal.timeout(patience);
    const response = await fetch(plain, { signal, ...(headers && { headers }) });
    await response.body?.cancel();
    return ` (HTTP ${response.status} ${response.statusText}, ${response.headers.get("content-type") ?? "no type"})`;
  } catch (error) {
    return ` (${describe((error as Error).cause ?? error)})`;
  }
}

/** FFmpeg's open only says yes or no; a connection of our own tells why. */
async function assertReachable(url: string): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const number = port === "" ? ports[protocol] : Number(port);
  // Protocols without a connection (udp:, rtp:) cannot be asked.
  if (number === undefined) return;
  const socket = connect({ host: hostname.replace(/^\[|\]$/g, ""), port: number });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(patience) });
  } catch (error) {
    const reason = (error as Error).name === "AbortError" ? "no answer" : describe(error);
    throw unreachable(
      `the camera ${redact(url)} cannot be reached: ${reason}`,
      "Check its address and that it is switched on",
      error,
    );
  } finally {
    socket.destroy();
  }
}
