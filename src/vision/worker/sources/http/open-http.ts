import type { IncomingMessage } from "node:http";
import { UserError } from "../../../../base/errors.ts";
import { redact } from "../../../../base/redact.ts";
import { kindOf } from "../../../picture-kind.ts";
import { imageExtensions, motionJpegExtension } from "../../../source-kind.ts";
import type { Cv, VideoCapture } from "../../opencv.ts";
import { openStreamByFfmpeg } from "../ffmpeg.ts";
import { liveSource } from "../live.ts";
import { assertUrl, captureStream, openStream } from "../network.ts";
import type { Source, Warn } from "../source.ts";
import { openVideoFile } from "../video-file.ts";
import { download } from "./download.ts";
import { jpegStream } from "./jpeg-stream.ts";
import { isSingle, readStart } from "./peek.ts";
import { polledPicture } from "./polled-picture.ts";
import { answerInWords, checkPort, httpGet, mediaType, NotHttpError } from "./request.ts";

/** How many of an answer's first bytes tell what it is. */
const firstBytes = 32;
/** An MP4 file that is written while it is sent says so in its header, which is shorter than this. */
const mp4Header = 4096;
/** A recording that is longer is not saved as a whole, bytes. */
const longestDownload = 2 ** 30;
/** Some cameras claim a length for what has no end. */
const longestRecording = 2 ** 40;

const playlistTypes = /mpegurl/;
const playlistExtension = /\.m3u8?$/i;

/**
 * Opens what an http or https URL leads to. What it is follows from the answer, not from the URL: pictures one after
 * another, one picture, a recording, or a stream that FFmpeg reads.
 *
 * All Motion JPEG over HTTP is read by us: the request that tells what it is, is then the only one, and many cameras serve
 * one at a time. FFmpeg's reader refuses what browsers play, and blocks the process while it waits.
 * @throws UserError when it cannot be reached or is nothing of that.
 */
export async function openHttp(cv: Cv, url: string, warn: Warn, rate: number | undefined): Promise<Source> {
  assertUrl(url);
  const name = redact(url);
  const answer = await httpGet(url).catch((error: unknown) => {
    // FFmpeg reads what is only close to HTTP (ICY).
    if (error instanceof NotHttpError) return undefined;
    throw error;
  });
  if (!answer) return liveSource(captureStream(cv, await openStream(cv, url, checkPort)), name);
  const type = mediaType(answer);
  if (type.startsWith("multipart/")) return await opened(jpegStream(cv, answer, name));
  const start = await readStart(answer, firstBytes);
  const text = start.toString("latin1");
  const path = new URL(url).pathname;
  const length = contentLength(answer);
  // A part's boundary or header, without the type that announces it.
  if (/^\s*(--|content-)/i.test(text)) return await opened(jpegStream(cv, answer, name));
  const kind = kindOf(text);
  if (kind === "JPEG" && length === undefined) {
    if (await isSingle(answer)) return polledPicture(cv, undefined, { url, name, rate });
    return await opened(jpegStream(cv, answer, name));
  }
  const isRecording = kind === "video" || kind === "GIF" || motionJpegExtension.test(path);
  const isPicture = kind !== undefined || type.startsWith("image/") || imageExtensions.test(path);
  if (isPicture && !isRecording && !isPage(type, text)) return polledPicture(cv, answer, { url, name, rate });
  if (isPage(type, text)) {
    answer.destroy();
    const message = `${name} answers with a web page, not a stream ${answerInWords(answer)}`;
    const remedy = "Give the address of the stream itself: the camera's manual has it";
    throw new UserError("STREAM_UNREADABLE", message, remedy);
  }
  const isPlaylist = playlistTypes.test(type) || playlistExtension.test(path) || /^#EXTM3U/.test(text);
  const isFragmented =
    length === undefined && isMp4(start) && (await readStart(answer, mp4Header)).includes("mvex");
  const isFile = isRecording && length !== undefined && length <= longestDownload;
  if (isFile && answer.headers["accept-ranges"] !== "bytes") return downloaded(cv, answer, warn, name);
  answer.destroy();
  const video = openByFfmpeg(cv, url);
  // It finds no frame, but there may be pictures all the same.
  if (!video) return await opened(jpegStream(cv, await httpGet(url), name));
  const claimsFrames = !isFragmented && video.get(cv.CAP_PROP_FRAME_COUNT) > 0;
  const hasLength = length !== undefined && !isPlaylist;
  if (!claimsFrames && !hasLength) return liveSource(captureStream(cv, video), name);
  video.release();
  return openVideoFile(cv, url, warn, name);
}

/** A stream is open when its first picture has come: only then its size is known. */
async function opened(source: Source): Promise<Source> {
  let first = await source.read();
  return {
    ...source,
    async read() {
      const frame = first ?? (await source.read());
      first = undefined;
      return frame;
    },
  };
}

/**
 * FFmpeg jumps within a recording, for example to the index at the end of an MP4 file, and fails when the server does not
 * serve parts of it.
 */
async function downloaded(cv: Cv, answer: IncomingMessage, warn: Warn, name: string): Promise<Source> {
  const file = await download(answer, name);
  const source = openVideoFile(cv, file.path, warn, name);
  return {
    ...source,
    close() {
      source.close();
      file.remove();
    },
  };
}

function openByFfmpeg(cv: Cv, url: string): VideoCapture | undefined {
  try {
    return openStreamByFfmpeg(cv, url);
  } catch {
    return undefined;
  }
}

function isPage(type: string, start: string): boolean {
  return /^(text\/html|application\/xhtml)/.test(type) || /^\s*<(!doctype html|html)/i.test(start);
}

function isMp4(start: Buffer): boolean {
  return start.toString("latin1", 4, 8) === "ftyp";
}

/** Bytes of the whole body; undefined when the answer does not say, or says nonsense. */
function contentLength({ headers }: IncomingMessage): number | undefined {
  const length = Number(headers["content-length"] ?? Number.NaN);
  return length > 0 && length < longestRecording ? length : undefined;
}
