import { connectAsync } from "mqtt";
import { deferred } from "../../src/base/deferred.ts";
import { decodeMessage } from "../../src/face/message.ts";
import { loadOpenCv } from "../../src/vision/worker/opencv.ts";
import { now } from "../support/clock.ts";
import type { Event } from "./ages.ts";
import { type GrayImage, readNumber } from "./frame-number.ts";

export interface Arrivals {
  /** Pictures that arrived, in order. */
  readonly events: readonly Event[];
  /** Resolves when the first picture has arrived. */
  readonly first: Promise<void>;
  /** Pictures so far whose number could not be read. */
  unreadable(): number;
  stop(): Promise<void>;
}

/** Records when the face of each frame arrives from the broker. */
export async function subscribe(url: string): Promise<Arrivals> {
  const events: Event[] = [];
  let unreadable = 0;
  const first = deferred();
  const client = await connectAsync(url, { protocolVersion: 5 });
  client.on("message", (_topic, payload) => {
    const time = now();
    const number = numberOf(payload);
    if (number === undefined) unreadable++;
    else events.push({ number, time });
    first.resolve();
  });
  await client.subscribeAsync("faces/#", { qos: 0 });
  return { events, first: first.promise, unreadable: () => unreadable, stop: () => client.endAsync() };
}

function numberOf(payload: Buffer): number | undefined {
  const message = decodeMessage(payload);
  if (message.kind !== "face")
    throw new Error(`detect published a message that is not a face: ${message.kind}`);
  return readNumber(decodeGray(payload), message.facts.box, message.facts.frame);
}

function decodeGray(picture: Buffer): GrayImage {
  const cv = loadOpenCv();
  const mat = cv.imdecode(picture, cv.IMREAD_GRAYSCALE);
  const gray = { width: mat.cols, height: mat.rows, pixels: mat.getData() };
  mat.release();
  return gray;
}
