import { Semaphore } from "../../base/semaphore.ts";
import { decodeMessage } from "../../face/message.ts";
import { safeName } from "../../face/name.ts";
import type { KeyReader, StoredFaceKey, StoredKey } from "../../face/stored-key.ts";
import type { ListedObject, ObjectStore } from "../../sinks/object-store.ts";
import { storeConcurrency } from "../stored-objects.ts";
import { type Candidate, matches, type Selection } from "./selection.ts";

/** An object that is to be erased. */
export interface SelectedObject extends ListedObject {
  readonly camera: string | undefined;
  /** When it was captured or, if that is not known, stored; milliseconds since 1970. */
  readonly time: number;
  /** Of a face with an id of ours. */
  readonly face: StoredFaceKey | undefined;
}

/** MQTT allows no larger message. */
const mostPictureBytes = 256 * 1024 * 1024;

/** What the key and the listing say. */
export function candidateOf(read: StoredKey, { modifiedAt }: ListedObject): Candidate {
  if (read.kind === "face") return { camera: read.camera, id: read.id, time: read.capturedAt };
  return "id" in read || "camera" in read ? { camera: read.camera, id: read.id, time: modifiedAt } : {};
}

/** The objects of a page that match; reads the pictures of those whose key does not say it. */
export async function selectObjects(
  page: readonly ListedObject[],
  selection: Selection,
  { keyReader, store, stop }: { keyReader: KeyReader; store: ObjectStore; stop: AbortSignal },
): Promise<SelectedObject[]> {
  const readers = new Semaphore(storeConcurrency);
  const select = async (listed: ListedObject): Promise<SelectedObject | undefined> => {
    const read = keyReader(listed.key);
    // Records, and what store did not write.
    if (read.kind === "epoch" || read.kind === "erasure" || read.kind === "other") return undefined;
    let candidate = candidateOf(read, listed);
    let match = matches(selection, candidate);
    if (match === undefined && (read.kind === "face" || read.kind === "foreign")) {
      const known = candidate;
      const found = await readers.run(() => fromPicture(store, listed.key, known, stop));
      if (found === undefined) return undefined;
      candidate = found;
      match = matches(selection, candidate);
    }
    if (match !== true) return undefined;
    const { camera, time = listed.modifiedAt } = candidate;
    const face = read.kind === "face" ? { ...read, camera } : undefined;
    return { ...listed, camera, time, face };
  };
  return (await Promise.all(page.map(select))).filter((each) => each !== undefined);
}

/** The same with the facts inside the picture, if it has some; undefined for an object that is gone since it was listed. */
async function fromPicture(
  store: ObjectStore,
  key: string,
  known: Candidate,
  stop: AbortSignal,
): Promise<Candidate | undefined> {
  const body = await store.read(key, mostPictureBytes, stop);
  if (body === undefined) return undefined;
  const decoded = decodeMessage(body);
  if (decoded.kind !== "face") return known;
  const { camera, id, visit, capturedAt } = decoded.facts;
  return {
    camera: known.camera ?? safeName(camera),
    id: known.id ?? id,
    visit,
    time: known.time ?? Date.parse(capturedAt),
  };
}
