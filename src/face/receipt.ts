import { type NumberRange, readRanges } from "../base/number-ranges.ts";

/** Receipts are published to this prefix, followed by the topic of the messages that they confirm. */
export const receiptPrefix = "facepipe/stored/";

/** Says of faces of one epoch that they are safe, or that they will never be. */
export interface Receipt {
  readonly v: 1;
  readonly camera: string;
  readonly epoch: string;
  /** Sequence numbers of faces that are stored, the repeated ones among them. */
  readonly stored: readonly NumberRange[];
  /** Those that were stored already when the message came: it was sent again without need. */
  readonly repeated?: readonly NumberRange[] | undefined;
  /** Faces that a rule dropped on their way. */
  readonly refused?: readonly Refusal[] | undefined;
  /** The epoch's record is stored, see epoch-record.ts. */
  readonly ended?: true | undefined;
}

export interface Refusal {
  readonly seq: number;
  /** A value of the label `reason` of facepipe_dropped_total. */
  readonly reason: string;
}

/** Most ranges or refusals that one receipt may have. */
export const mostRanges = 1000;

export function receiptTopic(topic: string): string {
  return receiptPrefix + topic;
}

export function encodeReceipt(receipt: Receipt): Buffer {
  return Buffer.from(JSON.stringify(receipt));
}

/** The receipt in a payload; undefined when it is none. Anyone may publish, so each value is checked. */
export function parseReceipt(payload: Buffer): Receipt | undefined {
  if (payload.length > 256 * 1024) return undefined;
  try {
    const { v, camera, epoch, stored, repeated, refused, ended } = JSON.parse(payload.toString("utf8"));
    const storedRanges = readRanges(stored ?? [], mostRanges);
    const repeatedRanges = readRanges(repeated ?? [], mostRanges);
    const refusals = readRefusals(refused ?? []);
    if (v !== 1 || typeof camera !== "string" || typeof epoch !== "string") return undefined;
    if (!storedRanges || !repeatedRanges || !refusals) return undefined;
    const isEnd = ended === true ? true : undefined;
    return {
      v,
      camera,
      epoch,
      stored: storedRanges,
      repeated: repeatedRanges,
      refused: refusals,
      ended: isEnd,
    };
  } catch {
    return undefined;
  }
}

function readRefusals(value: unknown): Refusal[] | undefined {
  if (!Array.isArray(value) || value.length > mostRanges || !value.every(isRefusal)) return undefined;
  return value.map(({ seq, reason }) => ({ seq, reason: reason.slice(0, 100) }));
}

function isRefusal(value: unknown): value is Refusal {
  const { seq, reason } = (value ?? {}) as Partial<Refusal>;
  return Number.isSafeInteger(seq) && Number(seq) >= 1 && typeof reason === "string";
}
