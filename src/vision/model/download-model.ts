import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ErrorCode } from "../../base/error-codes.ts";
import { describe, hasCode, UserError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { keepTrying } from "../../base/retry.ts";
import { networkReason } from "../../base/system-errors.ts";
import { isModel, sha256 } from "./find-model.ts";
import { type ModelFile, yunetModel } from "./yunet-model.ts";

export interface DownloadOptions {
  /** Its abort ends the download at once. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Another server that has the same file; http or https. */
  readonly url?: string | undefined;
  readonly model?: ModelFile | undefined;
  /** A connection that sends nothing for this long is closed, ms. */
  readonly timeout?: number | undefined;
  readonly attempts?: number | undefined;
}

const backoff = { min: 100, max: 5000 };

/**
 * Downloads the model to `path`, unless it is there already, and returns `path`. The file appears complete, checked and
 * durable, or not at all. A server that cannot be reached is an error at once, unless it was reached before; what may pass is retried.
 * @throws UserError with one of the codes MODEL_...; the signal's reason when it aborts.
 */
export async function downloadModel(path: string, options: DownloadOptions): Promise<string> {
  const { signal, model = yunetModel, url = model.url, attempts = 5 } = options;
  if (await isModel(path, model)) return path;
  assertHttpUrl(url);
  const isTransient = (error: unknown, attempt: number) => {
    if (attempt >= attempts) return false;
    if (hasCode(error, "MODEL_UNREACHABLE")) return attempt > 1;
    return hasCode(error, "MODEL_INTERRUPTED") || hasCode(error, "MODEL_SERVER_BUSY");
  };
  const work = () => download(url, { ...options, model });
  try {
    // Before the download, which would be in vain if the folder cannot be created.
    await mkdir(dirname(path), { recursive: true }).catch((error) => throwNotSaved(path, url, error));
    const bytes = await keepTrying(work, { signal, limits: backoff, isTransient });
    await saveDurably(path, bytes).catch((error) => throwNotSaved(path, url, error));
    return path;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

async function download(url: string, options: DownloadOptions & { model: ModelFile }): Promise<Buffer> {
  const { signal, model, onProgress, timeout = 15_000 } = options;
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new Error(`no data for ${timeout / 1000} s`)), timeout);
  try {
    const body = await request(url, model, AbortSignal.any([signal, idle.signal]));
    const chunks: Uint8Array[] = [];
    let done = 0;
    for await (const chunk of body) {
      timer.refresh();
      chunks.push(chunk);
      done += chunk.length;
      if (done > model.bytes) throw wrongFile(url, `it has more than ${model.bytes} bytes`);
      onProgress?.(done, model.bytes);
    }
    if (done < model.bytes) throw new Error(`the answer ended after ${done} of ${model.bytes} bytes`);
    const bytes = Buffer.concat(chunks);
    const hash = sha256(bytes);
    if (hash !== model.sha256) throw wrongFile(url, `expected SHA-256 ${model.sha256}, got ${hash}`);
    return bytes;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw failed("MODEL_INTERRUPTED", `${hostOf(url)} broke off: ${networkReason(error)}`, url, error);
  } finally {
    clearTimeout(timer);
    // Closes the connection when the answer was not read to its end.
    idle.abort();
  }
}

async function request(url: string, model: ModelFile, signal: AbortSignal) {
  // Uncompressed: content-length is the file's own length.
  const headers = { "accept-encoding": "identity" };
  const response = await fetch(url, { headers, signal }).catch((error) => {
    const what = `${hostOf(url)} cannot be reached: ${networkReason(error)}`;
    throw failed("MODEL_UNREACHABLE", what, url, error);
  });
  const { status, statusText, body } = response;
  const answer = `answers ${status} ${statusText}`.trim();
  if (status >= 500 || status === 408 || status === 429)
    throw failed("MODEL_SERVER_BUSY", `${hostOf(url)} ${answer}`, url);
  if (status !== 200 || !body) throw failed("MODEL_REFUSED", `${redact(url)} ${answer}`, url);
  const length = Number(response.headers.get("content-length") ?? model.bytes);
  if (length !== model.bytes) throw wrongFile(url, `it has ${length} bytes, not ${model.bytes}`);
  return body;
}

/** Two processes may do this at once: each renames a file of its own. */
async function saveDurably(path: string, bytes: Buffer): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, bytes, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

function assertHttpUrl(url: string): void {
  const { protocol = "", username = "" } = URL.canParse(url) ? new URL(url) : {};
  if (/^https?:$/.test(protocol) && username === "") return;
  const remedy = "Pass an http:// or https:// URL without a user name";
  throw new UserError("MODEL_URL_INVALID", `cannot download from ${redact(url)}`, remedy);
}

const hostOf = (url: string) => new URL(url).host;
const insteadOf = (url: string) => `Pass a copy of ${redact(url)} with --model FILE, or use --detector haar`;

function failed(code: ErrorCode, what: string, url: string, cause?: unknown): UserError {
  return new UserError(code, `cannot download the face model: ${what}`, insteadOf(url), cause);
}

function wrongFile(url: string, what: string): UserError {
  return new UserError("MODEL_WRONG_FILE", `${redact(url)} is not the face model: ${what}`, insteadOf(url));
}

function throwNotSaved(path: string, url: string, error: unknown): never {
  const message = `cannot save the face model in ${dirname(path)}: ${describe(error)}`;
  const remedy = `Set another cache folder with XDG_CACHE_HOME (Linux), or pass a copy of ${redact(url)} with --model FILE`;
  throw new UserError("MODEL_NOT_SAVED", message, remedy, error);
}
