import { connectAsync } from "mqtt";
import { decodeMessage } from "../../src/face/message.ts";
import { loadOpenCv } from "../../src/vision/worker/opencv.ts";
import type { Event } from "./ages.ts";
import { now } from "./clock.ts";
import { type Grey, readNumber } from "./frame-number.ts";

export interface Arrivals {
  /** Pictures that arrived, in order. */
  readonly events: readonly Event[];
  /** Resolves when the first picture with a number has arrived. */
  readonly first: Promise<void>;
  /** Pictures without a number that could be read, so far. */
  unreadable(): number;
  stop(): Promise<void>;
}

/** Notes when which frame's face comes from the broker. */
export async function subscribe(url: string): Promise<Arrivals> {
  const events: Event[] = [];
  let unreadable = 0;
  let begin: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (begin = resolve));
  const client = await connectAsync(url, { protocolVersion: 5 });
  client.on("message", (_topic, payload) => {
    const time = now();
    const number = numberOf(payload);
    if (number === undefined) unreadable++;
    else events.push({ number, time });
    begin();
  });
  await client.subscribeAsync("faces/#", { qos: 0 });
  return { events, first, unreadable: () => unreadable, stop: () => client.endAsync() };
}

function numberOf(payload: Buffer): number | undefined {
  const message = decodeMessage(payload);
  if (message.kind !== "face") throw new Error(`detect sent something else than a face: ${message.kind}`);
  return readNumber(greyOf(payload), message.facts.box, message.facts.frame);
}

function greyOf(picture: Buffer): Grey {
  const cv = loadOpenCv();
  const mat = cv.imdecode(picture, cv.IMREAD_GRAYSCALE);
  const grey = { width: mat.cols, height: mat.rows, pixels: mat.getData() };
  mat.release();
  return grey;
}
