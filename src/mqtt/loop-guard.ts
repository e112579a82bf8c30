import { createHash } from "node:crypto";
import type { BrokerIdentity } from "./broker-identity.ts";
import { viaOf } from "./forwarded-properties.ts";
import type { IncomingMessage } from "./message.ts";

/** Messages remembered; some 100 bytes each. */
const limit = 20_000;

/**
 * Breaks loops between brokers that forward to each other. With MQTT 5 a message names the brokers it was forwarded
 * from. Where it cannot, since a broker has no name or a connection speaks MQTT 3.1.1, the guard recognises what was
 * delivered recently.
 */
export class LoopGuard {
  readonly #source: BrokerIdentity;
  readonly #target: BrokerIdentity;
  readonly #delivered = new Set<string>();

  constructor(source: BrokerIdentity, target: BrokerIdentity) {
    this.#source = source;
    this.#target = target;
  }

  /** Whether forwarding this message would return it to a broker that has had it. */
  isLoop(message: IncomingMessage): boolean {
    const { name } = this.#target;
    if (name !== undefined && viaOf(message.properties).includes(name)) return true;
    return this.#mustRemember && this.#delivered.has(fingerprint(message));
  }

  /** To be called when the target has acknowledged the message. */
  delivered(message: IncomingMessage): void {
    if (!this.#mustRemember) return;
    this.#delivered.add(fingerprint(message));
    for (const oldest of this.#delivered) {
      if (this.#delivered.size <= limit) return;
      this.#delivered.delete(oldest);
    }
  }

  get #mustRemember(): boolean {
    return cannotMarkMessages(this.#source) || cannotMarkMessages(this.#target);
  }
}

/** Whether a message cannot say that it was at this broker. */
function cannotMarkMessages({ name, version }: BrokerIdentity): boolean {
  return name === undefined || version === "3.1.1";
}

function fingerprint({ topic, payload }: IncomingMessage): string {
  return createHash("sha1").update(topic).update("\0").update(payload).digest("base64");
}
