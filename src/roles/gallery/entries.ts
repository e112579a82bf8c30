import type { FaceFacts } from "../../face/face.ts";
import type { EntryFacts, FaceEntry } from "./api.d.ts";
import type { StoredFace } from "./camera-folder.ts";
import type { Pictures } from "./pictures.ts";

/** What the page shows of these stored faces; a picture that cannot be read is shown without facts. */
export async function toEntries(
  faces: readonly StoredFace[],
  pictures: Pictures,
  signal: AbortSignal,
): Promise<FaceEntry[]> {
  const toEntry = async ({ key, folder, capturedAt }: StoredFace): Promise<FaceEntry> => {
    const picture = await pictures.read(key, signal).catch(() => undefined);
    const facts = picture?.facts && toEntryFacts(picture.facts);
    return { key, folder, capturedAt: new Date(capturedAt).toISOString(), isStored: true, facts };
  };
  return Promise.all(faces.map(toEntry));
}

export function toEntryFacts(facts: FaceFacts): EntryFacts {
  const { id, camera, epoch, seq, visit, quality, score, detector, frame, box } = facts;
  return { id, camera, epoch, seq, visit, quality, score, detector, frame, box };
}
