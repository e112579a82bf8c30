import { readFaceId } from "../../src/face/face-id.ts";

/** When a face was captured and when it was found stored, milliseconds since 1970. */
export interface StoredFace {
  readonly capturedAt: number;
  readonly storedAt: number;
}

/** The faces that are stored, in the order in which they were observed. */
export class StoredFaces {
  readonly faces: StoredFace[] = [];
  /** What is observed: objects that are not a face of detect are ignored. */
  readonly #keys = new Set<string>();

  add(key: string, storedAt = Date.now()): void {
    const face = faceOfKey(key);
    if (!face || this.#keys.has(key)) return;
    this.#keys.add(key);
    this.faces.push({ capturedAt: face.capturedAt, storedAt });
  }

  get lastStoredAt(): number {
    return this.faces.at(-1)?.storedAt ?? 0;
  }
}

/** What the id in a key, with store's default template, says. */
export function faceOfKey(key: string) {
  const [, id = ""] = /-([0-9a-f]{8}-[0-9a-f-]{27})\.\w+$/.exec(key) ?? [];
  return readFaceId(id);
}
