import type { IncomingMessage } from "node:http";
import { describe, UserError } from "../../../../base/errors.ts";
import { sleep } from "../../../../base/time.ts";
import type { Cv } from "../../opencv.ts";
import { isIntact } from "../../picture.ts";
import { jpegPicture } from "../jpeg-picture.ts";
import type { Source } from "../source.ts";
import { largestPicture } from "./jpeg-finder.ts";
import { answerInWords, httpGet } from "./request.ts";

/** Pictures per second, unless `--fps` is set. */
const defaultRate = 1;
/** Failures in a row with which the camera counts as lost: busy small servers refuse a request now and then. */
const mostFailures = 3;
/** Wait after a failure, ms; not longer than between two pictures. */
const retryAfter = 1000;
/** How long the rest of an answer may take, ms. */
const bodyTimeout = 15_000;

export interface PolledPicture {
  readonly url: string;
  /** For messages: the URL without its login. */
  readonly name: string;
  /** Pictures per second. */
  readonly rate?: number | undefined;
}

/**
 * The URL of a still picture, which a camera renews: a live source that is requested again and again; `first` is the answer
 * to the first request. The same picture again is a frame in which nothing moves, as with any camera; the server need not
 * send it twice.
 */
export function polledPicture(
  cv: Cv,
  first: IncomingMessage | undefined,
  { url, name, rate }: PolledPicture,
): Source {
  const interval = 1000 / (rate ?? defaultRate);
  let answer: IncomingMessage | undefined = first;
  let file: Buffer | undefined;
  let validators: Readonly<Record<string, string>> = {};
  let failures = 0;
  /** When the last request began, ms on the monotonic clock; and the one that no picture has followed yet. */
  let requestedAt = performance.now();
  let silentSince: number | undefined = requestedAt;
  const closing = new AbortController();

  const request = async () => {
    const received = answer ?? (await httpGet(url, validators));
    answer = received;
    if (received.statusCode !== 304 || !file) {
      file = undefined;
      file = await readBody(received, name);
      validators = validatorsOf(received);
    }
    const picture = jpegPicture(cv, file);
    if (isIntact(picture)) return picture;
    file = undefined;
    validators = {};
    const message = `${name} answers but what it sends is no picture that OpenCV can read ${answerInWords(received)}`;
    throw new UserError("STREAM_UNREADABLE", message, "Open the address in a browser");
  };
  return {
    info: { live: true },
    async read() {
      for (;;) {
        if (file || failures > 0) {
          const due = failures > 0 ? Math.min(interval, retryAfter) : interval;
          await sleep(requestedAt + due - performance.now(), closing.signal);
          if (closing.signal.aborted) return undefined;
          requestedAt = performance.now();
          silentSince ??= requestedAt;
        }
        try {
          const picture = await request();
          failures = 0;
          silentSince = undefined;
          return { picture, capturedAt: Date.now(), dropped: 0 };
        } catch (error) {
          if (closing.signal.aborted) return undefined;
          if (++failures >= mostFailures || !(error instanceof UserError)) throw error;
        } finally {
          answer?.destroy();
          answer = undefined;
        }
      }
    },
    silence: () => (silentSince === undefined ? 0 : performance.now() - silentSince),
    rewind() {},
    close() {
      closing.abort();
      answer?.destroy();
    },
  };
}

/** For a request that is answered with 304 while the picture is the same. */
function validatorsOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return {
    ...(headers.etag === undefined ? {} : { "if-none-match": headers.etag }),
    ...(headers["last-modified"] === undefined ? {} : { "if-modified-since": headers["last-modified"] }),
  };
}

async function readBody(answer: IncomingMessage, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => answer.destroy(new Error("the picture did not come in time")), bodyTimeout);
  try {
    for await (const chunk of answer) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestPicture) break;
    }
  } catch (error) {
    const message = `${name} did not send its whole picture: ${describe(error)}`;
    throw new UserError("CAMERA_NO_FRAMES", message, "Check its network", error);
  } finally {
    clearTimeout(timer);
  }
  if (size <= largestPicture) return Buffer.concat(chunks);
  const message = `${name} sends a picture of more than ${largestPicture / 2 ** 20} MiB`;
  throw new UserError("STREAM_UNREADABLE", message, "Check the path in the URL");
}
