import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { refused } from "../../base/errors.ts";
import { redact } from "../../base/log.ts";
import { type Download, downloadAll, sizeOf } from "./download.ts";
import { explain, wrongBytes } from "./download-errors.ts";
import { type ModelFile, yunetModel } from "./model-file.ts";
import { cachedModel, cacheFolder, isWhole } from "./places.ts";
import { putInPlace } from "./put-in-place.ts";

export interface FetchOptions {
  /** Its abort ends the download at once; what has come stays for the next time. */
  readonly signal: AbortSignal;
  /** Hears how many bytes are there, and of how many. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Another place that has the same file; http or https. */
  readonly url?: string | undefined;
  /** Where it is kept, instead of the cache. */
  readonly folder?: string | undefined;
  readonly model?: ModelFile | undefined;
  /** A connection that gives nothing for so long is given up, ms. */
  readonly patience?: number | undefined;
  /** So many failures, one after another with nothing gained, end it. */
  readonly tries?: number | undefined;
}

/**
 * The path of the model in the cache, where it is downloaded to unless it is there. Goes on where an earlier download
 * ended. The file appears complete, checked and durable, or not at all.
 * @throws UserError: unreachable without network, refused when the server has no such file or the folder takes none;
 * the signal's reason when it aborts.
 */
export async function fetchModel({ signal, model = yunetModel, ...more }: FetchOptions): Promise<string> {
  const { url = model.url, folder = cacheFolder(), patience = 15_000, tries = 5 } = more;
  const goal = cachedModel(folder, model);
  if (await isWhole(goal, model)) return goal;
  assertUsable(url);
  const onProgress = more.onProgress ?? (() => undefined);
  try {
    await fill(goal, { url, part: `${goal}.part`, model, signal, patience, tries, onProgress });
    return goal;
  } catch (error) {
    signal.throwIfAborted();
    throw explain(error, url, folder);
  }
}

async function fill(goal: string, job: Download): Promise<void> {
  const { part, model, url } = job;
  await mkdir(dirname(part), { recursive: true });
  let anew = (await sizeOf(part)) === 0;
  for (;;) {
    await downloadAll(job);
    const found = await putInPlace(part, goal, model);
    if (found === model.sha256) return;
    if (anew) throw wrongBytes(url, model, found);
    // What an earlier run left may be damaged by a power cut, or of another file; by now it is gone.
    anew = true;
  }
}

function assertUsable(url: string): void {
  const { protocol = "", username = "" } = URL.canParse(url) ? new URL(url) : {};
  if (/^https?:$/.test(protocol) && username === "") return;
  throw refused(
    `${redact(url)} is no place to download from`,
    "Give an http:// or https:// URL without a user name",
  );
}
