import { createHash } from "node:crypto";
import type { FaceFacts } from "./face.ts";
import type { KeyTemplate } from "./key.ts";
import { decodeMessage } from "./message.ts";
import { firstBytes, safeName } from "./name.ts";

/** One object to be stored. */
export interface StoredObject {
  /** Path below the sink's root, with `/` between its parts. */
  readonly key: string;
  readonly body: Buffer;
  readonly contentType: string;
  /** Facts for people who list the objects; names are lower case with `-`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a message becomes in a store. `objects` are in the order in which they should be written. */
export type Stored =
  | { readonly kind: "face"; readonly facts: FaceFacts; readonly objects: readonly StoredObject[] }
  | { readonly kind: "foreign"; readonly objects: readonly StoredObject[] }
  | { readonly kind: "rejected"; readonly reason: string; readonly objects: readonly StoredObject[] };

/** Every message becomes something, and its keys are a function of topic and payload alone: a repeat is a no-op. */
export function toStored(topic: string, payload: Buffer, receivedAt: Date, key: KeyTemplate): Stored {
  const decoded = decodeMessage(payload);
  const arrival = { topic: short(topic), "received-at": receivedAt.toISOString() };
  if (decoded.kind === "face") {
    const { facts, picture } = decoded;
    const metadata = faceMetadata(facts);
    const object = {
      key: key(facts, picture.extension),
      body: payload,
      contentType: picture.contentType,
      metadata,
    };
    return { kind: "face", facts, objects: [object] };
  }
  const id = createHash("sha256").update(payload).digest("hex").slice(0, 32);
  if (decoded.kind === "foreign") {
    const { extension, contentType } = decoded.picture;
    const camera = safeName(topic.split("/").at(-1) ?? "");
    const object = {
      key: `foreign/${camera}/${id}.${extension}`,
      body: payload,
      contentType,
      metadata: arrival,
    };
    return { kind: "foreign", objects: [object] };
  }
  const { reason } = decoded;
  const why = Buffer.from(`${JSON.stringify({ topic, reason })}\n`);
  return {
    kind: "rejected",
    reason,
    objects: [
      { key: `rejected/${id}.json`, body: why, contentType: "application/json", metadata: arrival },
      {
        key: `rejected/${id}.bin`,
        body: payload,
        contentType: "application/octet-stream",
        metadata: { ...arrival, reason },
      },
    ],
  };
}

function faceMetadata(facts: FaceFacts): Record<string, string> {
  const { id, camera, epoch, seq, capturedAt, frame, box, score, detector, visit, quality } = facts;
  return {
    id,
    camera: short(camera),
    epoch,
    seq: String(seq),
    "captured-at": capturedAt,
    frame: `${frame.width}x${frame.height}`,
    "frame-index": String(frame.index),
    box: `${box.x},${box.y},${box.width},${box.height}`,
    score: String(score),
    detector: short(detector),
    ...(visit !== undefined && { visit }),
    ...(quality !== undefined && { quality: String(quality) }),
  };
}

/** S3 takes 2 KB of metadata, names included, and a byte that is not ASCII becomes three on the way. */
function short(text: string): string {
  return firstBytes(text, 200);
}
