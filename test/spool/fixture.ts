import { randomUUID } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { UserError } from "../../src/base/errors.ts";
import { Spool } from "../../src/spool/spool.ts";
import type { SpooledFace, SpoolOptions } from "../../src/spool/types.ts";

/** What a spool reported through its callbacks. */
export interface Reports {
  readonly dropped: { readonly seq: number; readonly reason: string }[];
  readonly troubles: UserError[];
  readonly corrupt: string[];
  recovered: number;
  full: number;
}

export interface Opened extends Reports {
  readonly spool: Spool;
}

/** Opens a spool, which is closed when the test ends. */
export async function openSpool(
  t: TestContext,
  directory: string,
  options: Partial<SpoolOptions> = {},
): Promise<Opened> {
  const reports: Reports = { dropped: [], troubles: [], corrupt: [], recovered: 0, full: 0 };
  const spool = await Spool.open({
    directory,
    maxBytes: 64 * 1024 * 1024,
    full: "oldest",
    onDropped: (faces, reason) => reports.dropped.push(...faces.map(({ seq }) => ({ seq, reason }))),
    onTrouble: (error) => reports.troubles.push(error),
    onRecovered: () => reports.recovered++,
    onCorrupt: (message) => reports.corrupt.push(message),
    onFull: () => reports.full++,
    ...options,
  });
  t.after(() => spool.close());
  return Object.assign(reports, { spool });
}

/** Appends faces of one epoch. */
export class Camera {
  readonly name: string;
  readonly epoch = randomUUID();
  readonly #spool: Spool;
  #seq = 0;

  constructor(spool: Spool, name = "cam") {
    this.name = name;
    this.#spool = spool;
    spool.beginEpoch(name, this.epoch);
  }

  append(
    payload: Buffer,
    facts: { visit?: string; quality?: number } = {},
  ): Promise<SpooledFace | undefined> {
    this.#seq++;
    const { visit, quality = 0.5 } = facts;
    const face = { camera: this.name, epoch: this.epoch, seq: this.#seq, visit, quality };
    return this.#spool.append({ ...face, capturedAt: Date.now() }, payload);
  }
}

/** The picture of a face in these tests: its bytes follow from its number. */
export function picture(seq: number, bytes = 3000): Buffer {
  return Buffer.alloc(bytes, `face ${seq};`);
}

export function seqs(faces: Iterable<SpooledFace>): number[] {
  return Array.from(faces, ({ seq }) => seq);
}

/** Of all open files, for faults of a disk. */
export async function fileHandlePrototype(): Promise<FileHandle> {
  const file = await open("/dev/null");
  await file.close();
  return Object.getPrototypeOf(file);
}

/** The segment files, oldest first. */
export function segments(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith(".log"))
    .sort()
    .map((name) => join(directory, name));
}

/** The size of all segment files, and of temporary files beside them. */
export function sizeOnDisk(directory: string): number {
  const files = readdirSync(directory).filter((name) => /\.log(\.tmp)?$/.test(name));
  return files.reduce(
    (sum, name) => sum + (statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
