import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { sleep } from "../../base/time.ts";
import type { KeyReader, StoredKey } from "../../face/stored-key.ts";
import { readDuration } from "../../settings/duration.ts";
import { option, type Settings } from "../../settings/option.ts";
import { readSize } from "../../settings/size.ts";
import { FileStore } from "../../sinks/file/file-store.ts";
import type { ListedObject } from "../../sinks/object-store.ts";
import type { Sink } from "../../sinks/sink.ts";
import type { Target } from "../../sinks/target.ts";
import { ErasePlan } from "../erase/plan.ts";
import { candidateOf } from "../erase/select-objects.ts";
import { writeErasureRecord } from "../erase/write-record.ts";
import type { RoleContext } from "../role.ts";
import { counted } from "../stored-objects.ts";

export const retentionOptions = {
  retain: option(
    "DURATION",
    "remove what was captured longer ago, such as 30d, from a directory",
    readDuration,
  ),
  retainMax: option(
    "SIZE",
    "remove the oldest from a directory when its files have more than this, such as 20GiB",
    readSize,
  ),
};

interface RetentionSettings extends Settings<typeof retentionOptions> {
  readonly to: Target;
  readonly objectKey: { readonly keyReader: KeyReader };
}

export function retentionFaults({ to, retain, retainMax }: Partial<RetentionSettings>): string[] {
  if (to?.kind !== "s3" || (retain === undefined && retainMax === undefined)) return [];
  return ["--retain and --retain-max are for a directory: a bucket needs a lifecycle rule of its own"];
}

/** Between two passes for age, milliseconds. */
const interval = 6 * 60 * 60 * 1000;
/** A file that was written later may belong to a message that is being confirmed, milliseconds. */
const youngest = 60_000;
/** When a directory is too large, it is reduced to this part of the size allowed: not again after each face. */
const reducedTo = 0.95;

/** Undefined when everything is kept. */
export function startRetention(
  sink: Sink,
  settings: RetentionSettings,
  context: RoleContext,
): Retention | undefined {
  const { to, retain, retainMax } = settings;
  if (to.kind !== "file" || (retain === undefined && retainMax === undefined)) return undefined;
  return new Retention(new FileStore(to.directory), sink, settings, context);
}

/** Keeps a directory within an age and a size: removes the oldest first, and records it for audit as erase does. */
export class Retention {
  /** Resolves when it has stopped, with the role. */
  readonly ended: Promise<void>;
  readonly #store: FileStore;
  readonly #sink: Sink;
  readonly #settings: RetentionSettings;
  readonly #context: RoleContext;
  /** Of all files, by the last pass and what was written since. */
  #bytes = 0;
  #wake = new AbortController();

  constructor(store: FileStore, sink: Sink, settings: RetentionSettings, context: RoleContext) {
    this.#store = store;
    this.#sink = sink;
    this.#settings = settings;
    this.#context = context;
    this.ended = this.#run();
  }

  /** An object with so many bytes was written. */
  written(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > (this.#settings.retainMax ?? Number.POSITIVE_INFINITY)) this.#wake.abort();
  }

  async #run(): Promise<void> {
    const { log, stop } = this.#context;
    while (!stop.aborted) {
      this.#wake = new AbortController();
      await this.#pass().catch((error: unknown) => {
        if (!stop.aborted)
          log.warn(eventFields("retention_failed", error), `old files are not removed: ${describe(error)}`);
      });
      // What is too young to be removed is not looked at again at once.
      await sleep(youngest, stop);
      await sleep(interval - youngest, AbortSignal.any([stop, this.#wake.signal]));
    }
  }

  async #pass(): Promise<void> {
    const { retain, retainMax } = this.#settings;
    const now = Date.now();
    const byAge = retain === undefined ? Number.NEGATIVE_INFINITY : now - retain;
    const bySize = retainMax === undefined ? Number.NEGATIVE_INFINITY : await this.#cutForSize(retainMax);
    const before = Math.max(byAge, bySize);
    const plan = new ErasePlan();
    for await (const { listed, read, time } of this.#objects()) {
      if (!isOld(listed, time, before, now)) continue;
      const camera = "camera" in read ? read.camera : undefined;
      plan.add({ ...listed, camera, time, face: read.kind === "face" ? read : undefined });
    }
    if (plan.objects > 0) await this.#remove(plan, before, now);
  }

  async #remove(plan: ErasePlan, before: number, now: number): Promise<void> {
    const { log, stop } = this.#context;
    // First the records: when this is interrupted, faces that are still stored count as stored.
    for (const faces of plan.records())
      await writeErasureRecord(this.#sink, { faces, reason: "retention" }, stop);
    let [count, bytes] = [0, 0];
    let keys: string[] = [];
    const removeKeys = async () => {
      await this.#store.remove(keys);
      keys = [];
    };
    for await (const { listed, read, time } of this.#objects()) {
      if (!isOld(listed, time, before, now) || (read.kind === "face" && !plan.has(read))) continue;
      keys.push(listed.key);
      count++;
      bytes += listed.size;
      if (keys.length === 1000) await removeKeys();
    }
    await removeKeys();
    this.#bytes -= bytes;
    const text = `removed ${counted(count, "object")}, captured before ${new Date(before).toISOString()}`;
    log.info({ ...eventFields("retention_removed"), objects: count, bytes }, text);
  }

  /** What was captured before this time has to go; also counts the bytes of all files. */
  async #cutForSize(most: number): Promise<number> {
    const hour = 3_600_000;
    const hours = await this.#bytesByTime(hour, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    this.#bytes = sumOf(hours);
    if (this.#bytes <= most) return Number.NEGATIVE_INFINITY;
    let excess = this.#bytes - most * reducedTo;
    const [last = 0, rest] = oldest(hours, excess);
    excess = rest;
    // Within the hour by the second: a table of all seconds could be large.
    const seconds = await this.#bytesByTime(1000, last, last + hour);
    return oldest(seconds, excess)[0] + 1000;
  }

  async #bytesByTime(unit: number, from: number, to: number): Promise<Map<number, number>> {
    const bytes = new Map<number, number>();
    for await (const { listed, time } of this.#objects()) {
      const start = Math.floor(time / unit) * unit;
      if (time >= from && time < to) bytes.set(start, (bytes.get(start) ?? 0) + listed.size);
    }
    return bytes;
  }

  /** All but records and what store did not write. */
  async *#objects(): AsyncGenerator<{ listed: ListedObject; read: StoredKey; time: number }> {
    for await (const page of this.#store.pages(true, this.#context.stop)) {
      for (const listed of page) {
        const read = this.#settings.objectKey.keyReader(listed.key);
        if (read.kind === "epoch" || read.kind === "erasure" || read.kind === "other") continue;
        yield { listed, read, time: candidateOf(read, listed).time ?? listed.modifiedAt };
      }
    }
  }
}

function isOld({ modifiedAt }: ListedObject, time: number, before: number, now: number): boolean {
  return time < before && modifiedAt < now - youngest;
}

/** The unit of time in which the oldest bytes reach `excess`, and how many of its own are needed. */
function oldest(bytes: ReadonlyMap<number, number>, excess: number): [start: number, rest: number] {
  const sorted = [...bytes].sort(([a], [b]) => a - b);
  let rest = excess;
  for (const [start, size] of sorted) {
    if (size >= rest) return [start, rest];
    rest -= size;
  }
  return [sorted.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY, 0];
}

function sumOf(bytes: ReadonlyMap<number, number>): number {
  return [...bytes.values()].reduce((sum, each) => sum + each, 0);
}
