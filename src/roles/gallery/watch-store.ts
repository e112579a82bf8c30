import { UserError } from "../../base/errors.ts";
import { sleep } from "../../base/time.ts";
import { newest, readPage } from "./browse.ts";
import { toEntries } from "./entries.ts";
import { findCameras } from "./find-cameras.ts";
import type { Gallery } from "./gallery-state.ts";

/** Between two looks at the newest faces, milliseconds. */
const period = 1500;
const mostNew = 60;

/**
 * Looks at the newest faces again and again while a page is open, and reports those that are new: for a store without a
 * broker, or whose broker is lost. Also says when the store cannot be read, and when it can again.
 */
export async function watchStore(gallery: Gallery, isNeeded: () => boolean): Promise<void> {
  const { reader, pictures, live, stop } = gallery;
  let known: ReadonlySet<string> = new Set();
  while (!stop.aborted) {
    await sleep(period, stop);
    if (!live.isWatched || !isNeeded()) {
      // The first look then reports the newest faces, whether a page has them or not: so it misses none.
      known = new Set();
      continue;
    }
    try {
      const cameras = await findCameras(reader.cache, stop);
      const { faces } = await readPage(reader, cameras, newest, mostNew, stop);
      const arrived = faces.filter(({ key }) => !known.has(key));
      known = new Set(faces.map(({ key }) => key));
      for (const entry of (await toEntries(arrived, pictures, stop)).reverse()) live.face(entry);
      if (live.state.storeFault !== undefined) live.update({ storeFault: undefined });
    } catch (error) {
      if (!(error instanceof UserError) || stop.aborted) throw error;
      if (live.state.storeFault !== error.sentence) live.update({ storeFault: error.sentence });
    }
  }
}
