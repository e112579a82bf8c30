import { Semaphore } from "../../base/semaphore.ts";
import type { FaceFacts } from "../../face/face.ts";
import { contentTypeOf, decodeMessage } from "../../face/message.ts";
import type { ObjectStore } from "../../sinks/object-store.ts";
import { storeConcurrency } from "../stored-objects.ts";

export interface FacePicture {
  readonly body: Buffer;
  readonly contentType: string;
  /** Undefined when there are none inside. */
  readonly facts: FaceFacts | undefined;
}

/** Bytes that are kept, so that a page's pictures are read once for their facts and for the browser. */
const mostBytes = 24 * 1024 * 1024;
/** A face of a 4K camera has some megabytes as PNG. */
const mostBytesOfOne = 32 * 1024 * 1024;

/** Reads pictures and their facts, and keeps those read last. */
export class Pictures {
  readonly #store: ObjectStore;
  readonly #kept = new Map<string, FacePicture>();
  readonly #readers = new Semaphore(storeConcurrency);
  #bytes = 0;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Undefined when there is none (any more), or it is no picture. */
  async read(key: string, signal: AbortSignal): Promise<FacePicture | undefined> {
    const known = this.#kept.get(key);
    if (known) return known;
    const body = await this.#readers.run(() => this.#store.read(key, mostBytesOfOne, signal));
    const picture = body && toPicture(body);
    if (picture) this.keep(key, picture);
    return picture;
  }

  keep(key: string, picture: FacePicture): void {
    this.#bytes += picture.body.length - (this.#kept.get(key)?.body.length ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, picture);
    for (const [oldest, { body }] of this.#kept) {
      if (this.#bytes <= mostBytes) break;
      this.#bytes -= body.length;
      this.#kept.delete(oldest);
    }
  }
}

function toPicture(body: Buffer): FacePicture | undefined {
  const decoded = decodeMessage(body);
  if (decoded.kind === "rejected") return undefined;
  const facts = decoded.kind === "face" ? decoded.facts : undefined;
  return { body, contentType: contentTypeOf(body), facts };
}
