import { createHash } from "node:crypto";
import { type EpochRecord, epochKey, epochPrefix, parseEpochRecord } from "./epoch-record.ts";
import type { Box, FaceFacts } from "./face.ts";
import { decodeMessage } from "./message.ts";
import { firstBytes, safeName } from "./name.ts";
import type { KeyTemplate } from "./object-key.ts";

/** One object to be stored. */
export interface StoredObject {
  /** Path below the sink's root, with `/` between its parts. */
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Facts for people who list the objects; names are lower case with `-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a message becomes in a store. `objects` are in the order in which they must be written. */
export type Stored =
  | { readonly kind: "face"; readonly facts: FaceFacts; readonly objects: readonly StoredObject[] }
  | { readonly kind: "epoch"; readonly record: EpochRecord; readonly objects: readonly StoredObject[] }
  | { readonly kind: "foreign"; readonly objects: readonly StoredObject[] }
  | { readonly kind: "rejected"; readonly reason: string; readonly objects: readonly StoredObject[] };

/** Stores every message; the keys are a function of topic and payload alone, so that a repeat is a no-op. */
export function toStored(topic: string, payload: Buffer, receivedAt: Date, keyOf: KeyTemplate): Stored {
  const isEpochTopic = topic.startsWith(epochPrefix);
  const record = isEpochTopic ? parseEpochRecord(payload) : undefined;
  if (record) {
    const metadata = { camera: truncate(record.camera), epoch: record.epoch };
    const object = { key: epochKey(record), body: payload, contentType: "application/json", metadata };
    return { kind: "epoch", record, objects: [object] };
  }
  const decoded = decodeMessage(payload);
  if (decoded.kind === "face") {
    const { facts } = decoded;
    const { extension, contentType } = decoded.picture;
    const key = keyOf(facts, extension);
    return {
      kind: "face",
      facts,
      objects: [{ key, body: payload, contentType, metadata: faceMetadata(facts) }],
    };
  }
  const id = createHash("sha256").update(payload).digest("hex").slice(0, 32);
  const metadata = { topic: truncate(topic), "received-at": receivedAt.toISOString() };
  if (decoded.kind === "foreign") {
    const { extension, contentType } = decoded.picture;
    const key = `foreign/${safeName(topic.split("/").at(-1) ?? "")}/${id}.${extension}`;
    return { kind: "foreign", objects: [{ key, body: payload, contentType, metadata }] };
  }
  const reason = isEpochTopic ? "the payload is not an epoch record" : decoded.reason;
  const note: StoredObject = {
    key: `rejected/${id}.json`,
    body: Buffer.from(`${JSON.stringify({ topic, reason })}\n`),
    contentType: "application/json",
    metadata,
  };
  const object: StoredObject = {
    key: `rejected/${id}.bin`,
    body: payload,
    contentType: "application/octet-stream",
    metadata: { ...metadata, reason },
  };
  return { kind: "rejected", reason, objects: [note, object] };
}

function faceMetadata(facts: FaceFacts): Record<string, string> {
  const { id, camera, epoch, seq, capturedAt, frame, box, score, detector, visit, quality } = facts;
  const { crop, aligned } = facts;
  return {
    id,
    camera: truncate(camera),
    epoch,
    seq: String(seq),
    "captured-at": capturedAt,
    frame: `${frame.width}x${frame.height}`,
    "frame-index": String(frame.index),
    box: rectangle(box),
    ...(crop && { crop: rectangle(crop) }),
    ...(aligned && { aligned: "true" }),
    score: String(score),
    detector: truncate(detector),
    ...(visit !== undefined && { visit }),
    ...(quality !== undefined && { quality: String(quality) }),
  };
}

function rectangle({ x, y, width, height }: Box): string {
  return `${x},${y},${width},${height}`;
}

/** S3 allows 2 KB of metadata, names included, and percent-encoding triples each byte that is not ASCII. */
function truncate(text: string): string {
  return firstBytes(text, 200);
}
