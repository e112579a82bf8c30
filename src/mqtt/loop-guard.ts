import { createHash } from "node:crypto";
import type { BrokerIdentity } from "./broker-identity.ts";
import { viaOf } from "./forwarded-properties.ts";
import type { IncomingMessage } from "./message.ts";

/** Messages remembered; some 150 bytes each. */
const limit = 20_000;
/** A message that comes again within this time has returned, milliseconds: detect repeats a face after 5 s or later. */
const firstWait = 3000;

type Identity = Pick<BrokerIdentity, "name" | "version">;

/** A message that was delivered. */
interface Delivery {
  /** By the guard's clock, milliseconds. */
  readonly at: number;
  /** How long it may not pass again from then on, milliseconds. */
  readonly wait: number;
}

/**
 * Breaks loops between brokers that forward to each other. With MQTT 5 a message names the brokers it was forwarded
 * from. Where it cannot, since a broker has no name or a connection speaks MQTT 3.1.1, the guard recognises what it
 * delivered.
 *
 * Such a message may also be sent again on purpose, because it was not confirmed; nothing tells the two apart. So it
 * may pass again after 3 s, then after 6 s, 12 s and so on: a repeat passes in at most twice the time, and a message
 * that circles through a queue, however slow that is, does so a few times and ever less often.
 */
export class LoopGuard {
  readonly #source: Identity;
  readonly #target: Identity;
  readonly #now: () => number;
  /** In the order of delivery. */
  readonly #delivered = new Map<string, Delivery>();

  /** `now`: a clock, milliseconds. */
  constructor(source: Identity, target: Identity, now = () => performance.now()) {
    this.#source = source;
    this.#target = target;
    this.#now = now;
  }

  /** Whether forwarding this message would return it to a broker that has had it. */
  isLoop(message: IncomingMessage): boolean {
    const { name } = this.#target;
    if (name !== undefined && viaOf(message.properties).includes(name)) return true;
    if (!this.#mustRemember) return false;
    const last = this.#delivered.get(fingerprint(message));
    return last !== undefined && this.#now() - last.at < last.wait;
  }

  /** To be called when the target has acknowledged the message. */
  delivered(message: IncomingMessage): void {
    if (!this.#mustRemember) return;
    const key = fingerprint(message);
    const wait = (this.#delivered.get(key)?.wait ?? firstWait / 2) * 2;
    this.#delivered.delete(key);
    this.#delivered.set(key, { at: this.#now(), wait });
    const [oldest] = this.#delivered.keys();
    if (this.#delivered.size > limit && oldest !== undefined) this.#delivered.delete(oldest);
  }

  get #mustRemember(): boolean {
    return cannotMarkMessages(this.#source) || cannotMarkMessages(this.#target);
  }
}

/** Whether a message cannot say that it was at this broker. */
function cannotMarkMessages({ name, version }: Identity): boolean {
  return name === undefined || version === "3.1.1";
}

function fingerprint({ topic, payload }: IncomingMessage): string {
  return createHash("sha1").update(topic).update("\0").update(payload).digest("base64");
}
