import { randomBytes } from "node:crypto";
import { type ErasureRecord, encodeErasureRecord, erasureKey } from "../../face/erasure-record.ts";
import type { Sink } from "../../sinks/sink.ts";

/** Writes a record of faces that are about to be removed; returns its key. */
export async function writeErasureRecord(
  sink: Sink,
  what: Pick<ErasureRecord, "faces" | "reason">,
  stop: AbortSignal,
): Promise<string> {
  const record = { v: 1, erasedAt: new Date().toISOString(), ...what } as const;
  const key = erasureKey(record, randomBytes(4).toString("hex"));
  const body = encodeErasureRecord(record);
  await sink.put({ key, body, contentType: "application/json", metadata: {} }, stop);
  return key;
}
