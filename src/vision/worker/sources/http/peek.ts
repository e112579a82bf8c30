import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { within } from "../../../../base/time.ts";
import { JpegFinder } from "./jpeg-finder.ts";

/** The supervisor has its own limit for a camera that does not go on, ms. */
const longestSilence = 60_000;
/** How long a picture of unknown length may have to end, ms, until it counts as the first of a stream. */
const longestWait = 2000;

/** Whether a body of unknown length that begins with a picture ends behind it. What was read stays in the stream. */
export async function isSingle(answer: IncomingMessage): Promise<boolean> {
  const finder = new JpegFinder();
  let pictures = 0;
  const chunks: Buffer[] = [];
  const deadline = performance.now() + longestWait;
  while (pictures < 2 && performance.now() < deadline) {
    const chunk: Buffer | null = answer.read();
    if (chunk) {
      chunks.push(chunk);
      pictures += finder.push(chunk).length;
    } else if (isOver(answer)) break;
    else await more(answer, deadline - performance.now());
  }
  if (isOver(answer)) return true;
  answer.unshift(Buffer.concat(chunks));
  return false;
}

const isOver = (answer: IncomingMessage) => answer.readableEnded || answer.destroyed;

/** Waits until something comes or the body ends, for `ms` milliseconds at most. */
async function more(answer: IncomingMessage, ms = longestSilence): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  const events = ["readable", "end", "close"].map((event) => once(answer, event, { signal }));
  await within(
    ms,
    Promise.race(events).catch(() => undefined),
    undefined,
  );
  settled.abort();
  await Promise.allSettled(events);
}

/** The first bytes of the body, fewer when it ends; they stay in the stream. */
export async function readStart(answer: IncomingMessage, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < bytes; ) {
    const chunk: Buffer | null = answer.read();
    if (chunk) {
      chunks.push(chunk);
      size += chunk.length;
    } else if (isOver(answer)) break;
    else await more(answer);
  }
  const start = Buffer.concat(chunks);
  if (!isOver(answer) && start.length > 0) answer.unshift(start);
  return start;
}
