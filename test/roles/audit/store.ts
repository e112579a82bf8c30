import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NumberRange } from "../../../src/base/number-ranges.ts";
import { type EpochRecord, encodeEpochRecord, epochKey } from "../../../src/face/epoch-record.ts";
import type { FaceFacts } from "../../../src/face/face.ts";
import { faceId } from "../../../src/face/face-id.ts";
import { encodeFace } from "../../../src/face/message.ts";
import { parseKeyTemplate } from "../../../src/face/object-key.ts";
import { toStored } from "../../../src/face/stored-objects.ts";
import { defaultKey } from "../../../src/roles/store/options.ts";
import { smallPng } from "../../pipeline/faces.ts";

/** Objects by key, as store writes them. */
export type StoredObjects = Map<string, Buffer>;

export interface FaceOptions {
  readonly camera?: string;
  readonly visit?: string;
  readonly template?: string;
  /** Of the face with seq 1, milliseconds since 1970; each face is a second later. */
  readonly start?: number;
  /** More facts, or others. */
  readonly facts?: Partial<FaceFacts>;
}

export const start = Date.parse("2026-11-21T14:00:00Z");

/** The messages of these faces, as detect sends them. */
export function messagesOf(epoch: string, seqs: Iterable<number>, options: FaceOptions = {}): Buffer[] {
  const { camera = "cam0", visit = "1" } = options;
  return Array.from(seqs, (seq) => {
    const time = (options.start ?? start) + (seq - 1) * 1000;
    const facts: FaceFacts = {
      v: 1,
      id: faceId(time, epoch, seq),
      camera,
      epoch,
      seq,
      capturedAt: new Date(time).toISOString(),
      frame: { width: 640, height: 480, index: seq },
      box: { x: 1, y: 2, width: 30, height: 30 },
      score: 0.9,
      detector: "haar",
      visit,
      ...options.facts,
    };
    return encodeFace(smallPng(seq % 256), "png", facts);
  });
}

/** These messages as store stores them. */
export function objectsOf(
  messages: readonly (Buffer | string)[],
  topic = "faces/cam0",
  template = defaultKey,
): StoredObjects {
  const keyOf = parseKeyTemplate(template);
  const stored = messages.map((each) => toStored(topic, Buffer.from(each), new Date(), keyOf));
  return new Map(stored.flatMap(({ objects }) => objects.map(({ key, body }) => [key, body] as const)));
}

export function facesOf(epoch: string, seqs: Iterable<number>, options: FaceOptions = {}): StoredObjects {
  return objectsOf(messagesOf(epoch, seqs, options), "faces/cam0", options.template);
}

export function recordOf(epoch: string, last: number, more: Partial<EpochRecord> = {}): StoredObjects {
  const endedAt = "2026-11-21T15:00:00.000Z";
  const record: EpochRecord = { v: 1, camera: "cam0", epoch, first: 1, last, dropped: [], endedAt, ...more };
  return new Map([[epochKey(record), encodeEpochRecord(record)]]);
}

/** Every number of the ranges. */
export function* numbers(...ranges: readonly NumberRange[]): Generator<number> {
  for (const [first, last] of ranges) for (let seq = first; seq <= last; seq++) yield seq;
}

export function writeTo(folder: string, ...stores: readonly StoredObjects[]): void {
  for (const [key, body] of stores.flatMap((each) => [...each])) {
    mkdirSync(dirname(join(folder, key)), { recursive: true });
    writeFileSync(join(folder, key), body);
  }
}
