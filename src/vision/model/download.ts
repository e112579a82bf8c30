import { constants } from "node:fs";
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { keepTrying } from "../../base/retry.ts";
import { systemCode } from "../../base/system-errors.ts";
import { type Answer, ask } from "./answer.ts";
import { Interrupted, wrongFile } from "./download-errors.ts";
import type { ModelFile } from "./model-file.ts";
import { Patience } from "./patience.ts";

export interface Download {
  readonly url: string;
  /** The file that is being filled. */
  readonly part: string;
  readonly model: ModelFile;
  readonly signal: AbortSignal;
  /** A connection that gives nothing for so long is given up, ms. */
  readonly patience: number;
  /** So many failures, one after another with nothing gained, end it. */
  readonly tries: number;
  readonly onProgress: (done: number, total: number) => void;
}

const waits = { min: 100, max: 5000 };

/** Fills the part file. A connection that breaks is made again; one that cannot be made at all is an answer, too. */
export async function downloadAll(job: Download): Promise<void> {
  let [best, failures] = [0, 0];
  const onProgress = (done: number, total: number) => {
    if (done > best) [best, failures] = [done, 0];
    job.onProgress(done, total);
  };
  const isTransient = (error: unknown) =>
    error instanceof Interrupted && (best > 0 || error.kind !== "no answer") && ++failures < job.tries;
  const work = () => downloadRest({ ...job, onProgress });
  await keepTrying(work, { signal: job.signal, limits: waits, isTransient, onRetry: () => undefined });
}

/** Asks once for what the part file lacks. */
async function downloadRest(job: Download): Promise<void> {
  const { part, url, model } = job;
  const size = await sizeOf(part);
  if (size >= model.bytes) return;
  const patience = new Patience(job.patience, job.signal);
  try {
    await receive(await ask(url, size, model, patience.signal), patience, job);
  } finally {
    patience.end();
  }
}

/**
 * Writes each byte at its own place, never appends it, so that two processes that fill the same file do each other no
 * harm.
 */
async function receive({ body, start }: Answer, patience: Patience, job: Download): Promise<void> {
  const { part, url, model, onProgress } = job;
  const file = await open(part, constants.O_WRONLY | constants.O_CREAT);
  try {
    let at = start;
    for await (const chunk of body) {
      patience.renew();
      if (at + chunk.length > model.bytes) {
        await rm(part, { force: true });
        throw wrongFile(url, `it has more than ${model.bytes} bytes`);
      }
      await writeAll(file, chunk, at);
      at += chunk.length;
      onProgress(at, model.bytes);
    }
    if (at < model.bytes)
      throw new Interrupted("broken off", `the answer ended after ${at} of ${model.bytes} bytes`);
  } finally {
    await file.close();
  }
}

/** A write may take less than it is given. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Bytes; 0 when there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
