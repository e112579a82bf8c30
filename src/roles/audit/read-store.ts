import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { Semaphore } from "../../base/semaphore.ts";
import { epochKey, parseEpochRecord } from "../../face/epoch-record.ts";
import { parseErasureRecord } from "../../face/erasure-record.ts";
import type { KeyReader } from "../../face/stored-key.ts";
import type { ObjectStore } from "../../sinks/object-store.ts";
import type { RoleContext } from "../role.ts";
import { readListing, storeConcurrency } from "../stored-objects.ts";
import { Tally } from "./tally.ts";

export interface StoreContents {
  readonly tally: Tally;
  /** Payloads below `rejected/`. */
  readonly rejected: number;
  /** Objects that are no face with an id of ours. */
  readonly foreign: number;
}

/** A record has at most 100,000 ranges of two numbers for each reason. */
const mostRecordBytes = 32 * 1024 * 1024;

/** Reads the listing, the epoch records and the erasure records, but no picture. */
export async function readStore(
  store: ObjectStore,
  keyReader: KeyReader,
  context: RoleContext,
): Promise<StoreContents> {
  const { log, stop } = context;
  const tally = new Tally();
  const readers = new Semaphore(storeConcurrency);
  let rejected = 0;
  let foreign = 0;

  const readRecord = async (key: string, kind: "epoch" | "erasure"): Promise<void> => {
    try {
      const body = await store.read(key, mostRecordBytes, stop);
      if (body === undefined) throw new Error("it was removed after it was listed");
      if (kind === "erasure") tally.addErasure(parseErasureRecord(body) ?? invalid());
      else {
        const record = parseEpochRecord(body) ?? invalid();
        // The name says for whom it is; a store may be read from above its prefix.
        if (!`/${key}`.endsWith(`/${epochKey(record)}`)) throw new Error("it is of another epoch");
        tally.addRecord(record);
      }
    } catch (error) {
      stop.throwIfAborted();
      const effect = kind === "epoch" ? "its epoch counts as not ended" : "its faces count as missing";
      const text = `the record ${key} cannot be read: ${describe(error)}; ${effect}`;
      log.warn(eventFields("record_unreadable", error), text);
    }
  };

  await readListing(store, false, context, async (page) => {
    const records: Promise<void>[] = [];
    for (const { key } of page) {
      const read = keyReader(key);
      if (read.kind === "face") tally.addFace(read);
      else if (read.kind === "rejected") rejected++;
      else if (read.kind === "foreign" || read.kind === "other") foreign++;
      else if (read.kind !== "note")
        records.push(readers.run(() => readRecord(key, read.kind as "epoch" | "erasure")));
    }
    await Promise.all(records);
  });
  return { tally, rejected, foreign };
}

function invalid(): never {
  throw new Error("it is not in the format of such a record");
}
