import { deferred } from "../../base/deferred.ts";
import { hasCode } from "../../base/errors.ts";
import { NumberRanges } from "../../base/number-ranges.ts";
import { Semaphore } from "../../base/semaphore.ts";
import type { FaceFacts } from "../../face/face.ts";
import { decodeMessage } from "../../face/message.ts";
import { safeName } from "../../face/name.ts";
import type { ObjectStore } from "../../sinks/object-store.ts";
import { alignFace } from "../../vision/supervisor/align-face.ts";
import { matches, type Selection } from "../erase/selection.ts";
import type { RoleContext } from "../role.ts";
import { formatCount, storeConcurrency } from "../stored-objects.ts";
import type { ExportFolder, PassedReason, Progress } from "./export-folder.ts";
import { type ExportedFace, toExportedFace } from "./exported-face.ts";
import { type ExportFormat, pictureBase, picturePath } from "./layout.ts";
import { keyOf } from "./plan.ts";
import type { Splitter } from "./split.ts";

/** Pictures of faces are smaller by far; several are in memory at once. */
const mostPictureBytes = 32 * 1024 * 1024;
/** After so many faces the state is written. */
const batchSize = 512;

export interface FaceExport {
  readonly store: ObjectStore;
  readonly folder: ExportFolder;
  readonly format: ExportFormat;
  readonly selection: Selection;
  readonly minQuality: number;
  readonly align: boolean;
  readonly splitter: Splitter;
}

/** Exports the faces of the plan from `progress` on; returns the progress at the end. */
export async function exportFaces(
  job: FaceExport,
  progress: Progress,
  context: RoleContext,
): Promise<Progress> {
  const { folder } = job;
  const { stop, terminal } = context;
  const exporter = new FaceExporter(job, stop);
  await folder.appendToList(progress.listBytes, []);
  for await (const line of folder.list()) exporter.restore(JSON.parse(line));
  const started = performance.now();
  const first = progress.next;
  let current = progress;
  await terminal.startBar(progress.total, "{bar} {percentage}%  {value}/{total} faces  {rate} faces/s");
  try {
    for await (const keys of batches(folder.plan(), first)) {
      stop.throwIfAborted();
      current = await exporter.exportBatch(keys, current);
      const rate = ((current.next - first) / Math.max(1, performance.now() - started)) * 1000;
      terminal.updateBar(current.next, { rate: formatCount(Math.round(rate)) });
    }
  } finally {
    terminal.stopBar();
  }
  return current;
}

async function* batches(lines: AsyncIterable<string>, skip: number): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  let at = 0;
  for await (const line of lines) {
    if (at++ < skip) continue;
    batch.push(keyOf(line));
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

type Outcome = ExportedFace | PassedReason;

/** A picture to export. */
interface Found {
  readonly facts: FaceFacts;
  readonly body: Buffer;
  readonly extension: string;
}

class FaceExporter {
  readonly #job: FaceExport;
  readonly #stop: AbortSignal;
  readonly #readers = new Semaphore(storeConcurrency);
  /** By epoch and camera, the numbers of faces that are exported. */
  readonly #exported = new Map<string, NumberRanges>();

  constructor(job: FaceExport, stop: AbortSignal) {
    this.#job = job;
    this.#stop = stop;
  }

  /** A face that was exported before an interruption. */
  restore({ facts }: ExportedFace): void {
    this.#isNew(facts);
    this.#job.splitter.sideOf(facts);
  }

  async exportBatch(keys: readonly string[], progress: Progress): Promise<Progress> {
    const { folder } = this.#job;
    // Pictures are read at once, but counted and placed in their order: the result must not depend on who is faster.
    let turn: Promise<unknown> = Promise.resolve();
    const tasks = keys.map((key) => {
      const mine = turn;
      const placed = deferred();
      turn = placed.promise;
      return this.#readers.run(() => this.#exportOne(key, mine, () => placed.resolve()));
    });
    // All have ended before an error is reported: none writes any more.
    const settled = await Promise.allSettled(tasks);
    const failed = settled.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
    const outcomes = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const faces = outcomes.filter((each) => typeof each === "object");
    const passed: { [reason in PassedReason]?: number } = { ...progress.passed };
    for (const each of outcomes) if (typeof each === "string") passed[each] = (passed[each] ?? 0) + 1;
    const lines = faces.map((face) => JSON.stringify(face));
    const listBytes = await folder.appendToList(progress.listBytes, lines);
    const exported = progress.exported + faces.length;
    const current = { ...progress, next: progress.next + keys.length, listBytes, exported, passed };
    await folder.setProgress(current);
    return current;
  }

  async #exportOne(key: string, turn: Promise<unknown>, onPlaced: () => void): Promise<Outcome> {
    const { folder, format, splitter } = this.#job;
    let found: Found | PassedReason;
    let side: string | undefined;
    try {
      found = await this.#read(key);
      await turn;
      if (typeof found === "string") return found;
      if (!this.#isNew(found.facts)) return "doubled";
      side = splitter.sideOf(found.facts);
    } finally {
      onPlaced();
    }
    const { facts, body, extension } = found;
    const path = picturePath(format, side, facts, extension);
    const face = toExportedFace(path, side, facts, body);
    if (!face) return "unreadable";
    await folder.write(pictureBase(format, side) + path, body);
    return face;
  }

  async #read(key: string): Promise<Found | PassedReason> {
    const { store, selection, minQuality, align } = this.#job;
    const body = await store.read(key, mostPictureBytes, this.#stop).catch((error: unknown) => {
      // Too large.
      if (hasCode(error, "OBJECT_UNREADABLE")) return null;
      throw error;
    });
    if (!body) return body === null ? "unreadable" : "gone";
    const decoded = decodeMessage(body);
    if (decoded.kind !== "face") return decoded.kind === "foreign" ? "foreign" : "unreadable";
    const { facts } = decoded;
    const { extension } = decoded.picture;
    // What the key does not say.
    const known = { camera: safeName(facts.camera), time: Date.parse(facts.capturedAt) };
    if (matches(selection, known) !== true) return "unselected";
    if (minQuality > 0 && (facts.quality ?? 0) < minQuality) return "lowQuality";
    if (!align) return { facts, body, extension };
    if (!facts.landmarks && !facts.aligned) return "noLandmarks";
    const aligned = await alignFace(body);
    const after = aligned && decodeMessage(aligned);
    return after?.kind === "face" ? { facts: after.facts, body: aligned as Buffer, extension } : "unreadable";
  }

  /** Whether it is the first object of its face. */
  #isNew({ camera, epoch, seq }: FaceFacts): boolean {
    const name = JSON.stringify([camera, epoch]);
    const numbers = this.#exported.get(name) ?? new NumberRanges();
    this.#exported.set(name, numbers);
    return numbers.add(seq);
  }
}
