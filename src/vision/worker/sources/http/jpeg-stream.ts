import type { IncomingMessage } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Deferred, deferred } from "../../../../base/deferred.ts";
import { UserError } from "../../../../base/errors.ts";
import { networkReason } from "../../../../base/system-errors.ts";
import type { StreamFormat } from "../../../types.ts";
import type { Cv } from "../../opencv.ts";
import { isIntact } from "../../picture.ts";
import { jpegPicture } from "../jpeg-picture.ts";
import type { Source } from "../source.ts";
import { JpegFinder } from "./jpeg-finder.ts";
import { answerInWords } from "./request.ts";

/** After so many bytes without a picture, it is not a stream of pictures. */
const longestSearch = 4 * 2 ** 20;
/** Turns of the event loop, at most, to receive what came while a frame was analysed. */
const mostTurns = 50;

/**
 * A camera that sends JPEG pictures one after another over HTTP: Motion JPEG. It delivers the newest picture; it fails
 * when there are no more.
 */
export function jpegStream(cv: Cv, answer: IncomingMessage, name: string): Source {
  const finder = new JpegFinder();
  let newest: { file: Buffer; at: number } | undefined;
  let isFirst = true;
  let stream: StreamFormat | undefined;
  let dropped = 0;
  let damaged = 0;
  let received = 0;
  let end: Error | undefined;
  let isClosed = false;
  let changed: Deferred<void> = deferred();
  /** Since when `read` waits for the camera, ms on the monotonic clock. */
  let waitingSince: number | undefined;

  const finish = (error: Error) => {
    end ??= error;
    changed.resolve();
  };
  const noFrames = (what: string, remedy: string) =>
    finish(new UserError("CAMERA_NO_FRAMES", `the camera ${name} ${what}`, remedy));
  answer
    .on("data", (chunk: Buffer) => {
      received += chunk.length;
      for (const file of finder.push(chunk)) {
        if (newest) dropped++;
        newest = { file, at: Date.now() };
        waitingSince &&= performance.now();
      }
      if (newest) changed.resolve();
      else if (isFirst && finder.passed > longestSearch) {
        const message = `${name} answers but sends no JPEG pictures ${answerInWords(answer)}`;
        finish(new UserError("STREAM_UNREADABLE", message, "Check the path in the URL"));
      }
    })
    .on("end", () => {
      if (!isFirst || newest) return noFrames("ended its stream", "It may be restarting");
      const message = `${name} answers but its stream has no JPEG picture ${answerInWords(answer)}`;
      return finish(new UserError("STREAM_UNREADABLE", message, "Check the path in the URL"));
    })
    .on("error", (error) => noFrames(`lost the connection: ${networkReason(error)}`, "Check its network"));

  const next = async () => {
    // What came while the last frame was analysed is still in the socket.
    for (let turn = 0, before = -1; turn < mostTurns && before !== received; turn++) {
      before = received;
      await nextTurn();
    }
    while (!newest) {
      if (isClosed) return undefined;
      if (end) throw end;
      changed = deferred();
      await changed.promise;
    }
    const taken = newest;
    newest = undefined;
    return taken;
  };
  return {
    get info() {
      return { live: true, stream };
    },
    async read() {
      waitingSince = performance.now();
      for (;;) {
        const taken = await next();
        if (!taken) return undefined;
        const picture = jpegPicture(cv, taken.file);
        dropped += finder.damaged - damaged;
        damaged = finder.damaged;
        // That of a later one is found when it is decoded.
        if (isFirst && !isIntact(picture)) continue;
        const before = dropped;
        dropped = 0;
        waitingSince = undefined;
        // Those that came before the source was open do not count: detection was not too slow for them.
        const counted = isFirst ? 0 : before;
        if (isFirst) stream = { codec: "mjpeg", ...picture.size };
        isFirst = false;
        return { picture, capturedAt: taken.at, dropped: counted };
      }
    },
    silence: () => (waitingSince === undefined ? 0 : performance.now() - waitingSince),
    rewind() {},
    close() {
      isClosed = true;
      changed.resolve();
      answer.destroy();
    },
  };
}
