import type { FaceFacts } from "../../face/face.ts";
import { contentTypeOf, decodeMessage } from "../../face/message.ts";
import type { KeyTemplate } from "../../face/object-key.ts";
import type { Receipt } from "../../face/receipt.ts";
import { toEntryFacts } from "./entries.ts";
import type { Live } from "./live.ts";
import type { Pictures } from "./pictures.ts";

/** Faces whose receipt is waited for, and of those that had one; the page keeps saying of older ones that they are on their way. */
const mostWaiting = 10_000;

/** Faces as they are published, and the receipts that say that they are stored. */
export class Arrivals {
  readonly #live: Live;
  readonly #pictures: Pictures;
  readonly #keyOf: KeyTemplate;
  /** By epoch and number; the value is the key. */
  readonly #waiting = new Map<string, string>();
  /** The last ones that a receipt has settled, by the same names. */
  readonly #settled = new Set<string>();

  constructor(live: Live, pictures: Pictures, keyOf: KeyTemplate) {
    this.#live = live;
    this.#pictures = pictures;
    this.#keyOf = keyOf;
  }

  receive(payload: Buffer): void {
    const decoded = decodeMessage(payload);
    if (decoded.kind !== "face") return;
    const { facts, picture } = decoded;
    const key = this.#keyOf(facts, picture.extension);
    const name = `${facts.epoch} ${facts.seq}`;
    // Sent again because its confirmation was late or lost: it is no second face.
    if (this.#waiting.has(name) || this.#settled.has(name)) return;
    this.#waiting.set(name, key);
    forgetOldest(this.#waiting);
    this.#pictures.keep(key, { body: payload, contentType: contentTypeOf(payload), facts });
    this.#live.face(entryOf(key, facts));
    this.#live.update({ received: this.#live.state.received + 1 });
  }

  confirm({ epoch, stored, refused = [] }: Receipt): void {
    const keys: string[] = [];
    for (const [first, last] of stored) keys.push(...this.#take(epoch, first, last));
    const refusals = refused.flatMap(({ seq }) => this.#take(epoch, seq, seq)).length;
    if (keys.length + refusals === 0) return;
    this.#live.stored(keys);
    const { state } = this.#live;
    this.#live.update({ stored: state.stored + keys.length, refused: state.refused + refusals });
  }

  /** Anyone may publish a receipt, of any length: what is waited for limits the work. */
  #take(epoch: string, first: number, last: number): string[] {
    const found: string[] = [];
    const take = (name: string) => {
      const key = this.#waiting.get(name);
      if (key === undefined) return;
      this.#waiting.delete(name);
      this.#settled.add(name);
      forgetOldest(this.#settled);
      found.push(key);
    };
    if (last - first < mostWaiting) for (let seq = first; seq <= last; seq++) take(`${epoch} ${seq}`);
    else
      for (const name of [...this.#waiting.keys()]) {
        const [of, seq] = name.split(" ");
        if (of === epoch && Number(seq) >= first && Number(seq) <= last) take(name);
      }
    return found;
  }
}

function forgetOldest(names: Map<string, string> | Set<string>): void {
  const [oldest] = names.keys();
  if (names.size > mostWaiting && oldest !== undefined) names.delete(oldest);
}

function entryOf(key: string, facts: FaceFacts) {
  const folder = key.split("/").slice(0, -4).join("/");
  return { key, folder, capturedAt: facts.capturedAt, isStored: false, facts: toEntryFacts(facts) };
}
