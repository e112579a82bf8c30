import { randomUUID } from "node:crypto";
import { refused, type UserError, unreachable } from "../../base/errors.ts";
import { within } from "../../base/time.ts";
import type { Broker } from "../broker.ts";
import type { Link } from "../link.ts";
import { isPassing, meaningOf, reasonCode, remedyFor } from "../mqtt-errors.ts";
import type { Qos } from "../publisher.ts";
import { probePayload } from "./message.ts";

/** For a durable session that is away: it need not keep the probe; seconds. */
const expiry = 60;
const accessRules = "Let this user write and read there; the broker's log may say more";

/** Subscribes and sends itself messages over one link; whatever fails is a UserError that names the broker. */
export class ProbeSession {
  readonly #link: Link;
  readonly #href: string;
  /** Longest wait for each answer, milliseconds. */
  readonly #timeout: number;
  #disconnectCode: number | undefined;
  readonly #closed: Promise<never>;

  constructor(link: Link, broker: Broker, timeout: number) {
    this.#link = link;
    this.#href = broker.href;
    this.#timeout = timeout;
    link.client.on("disconnect", ({ reasonCode }) => (this.#disconnectCode = reasonCode));
    this.#closed = new Promise((_, reject) => link.client.once("close", () => reject(new Closed())));
    this.#closed.catch(() => undefined);
  }

  get open(): boolean {
    return this.#link.client.connected;
  }

  /** Gives the quality of service that the broker granted. */
  async subscribe(filter: string, qos: Qos): Promise<Qos> {
    // No retained messages: the check has no use for them (MQTT 5 section 3.8.3.1).
    const options = { qos, ...(this.#link.version === "5" ? { rh: 2 } : {}) };
    const what = `the subscription to ${filter}`;
    const granted = await this.#answer(this.#link.client.subscribeAsync(filter, options), what);
    if (granted === undefined) {
      throw unreachable(`the broker ${this.#href} did not answer ${what}`, "Look at its log");
    }
    return (granted[0]?.qos ?? qos) as Qos;
  }

  /** Resolves with the quality of service with which the message came back. */
  async roundTrip(topic: string, qos: Qos): Promise<Qos> {
    const { client, version } = this.#link;
    const payload = probePayload(randomUUID());
    let returned: (qos: Qos) => void = () => undefined;
    const back = new Promise<Qos>((resolve) => (returned = resolve));
    const hear = (_: string, heard: Buffer, packet: { qos: Qos }) => {
      if (heard.equals(payload)) returned(packet.qos);
    };
    let acknowledged = false;
    const properties = version === "5" ? { properties: { messageExpiryInterval: expiry } } : {};
    const sent = client
      .publishAsync(topic, payload, { qos, ...properties })
      .then(() => (acknowledged = true));
    client.on("message", hear);
    try {
      const both = Promise.all([back, sent]);
      const [came] = (await this.#answer(both, `a message to ${topic} with QoS ${qos}`)) ?? [];
      if (came === undefined) throw this.#lost(topic, qos, acknowledged);
      return came;
    } finally {
      client.off("message", hear);
    }
  }

  close(): void {
    this.#link.client.end(true);
  }

  #lost(topic: string, qos: Qos, acknowledged: boolean): UserError {
    const after = `within ${this.#timeout / 1000} s`;
    const what = `a message to ${topic} with QoS ${qos}`;
    if (!acknowledged)
      return unreachable(`the broker ${this.#href} did not acknowledge ${what} ${after}`, "Look at its log");
    // MQTT 5 refuses a forbidden message of QoS 1 and 2; all others vanish.
    const forbidden = this.#link.version === "5" && qos > 0 ? "to read" : "to write or to read";
    return refused(
      `${what} was published, but nothing came back ${after}: the access rules (ACL) of the broker ${this.#href} may forbid this user ${forbidden} there`,
      accessRules,
    );
  }

  /** The answer, or undefined when none came in time. */
  async #answer<T>(work: Promise<T>, what: string): Promise<T | undefined> {
    try {
      return await within(this.#timeout, Promise.race([work, this.#closed]), undefined);
    } catch (error) {
      const code = error instanceof Closed ? this.#disconnectCode : reasonCode(error);
      if (code === undefined && !(error instanceof Closed)) throw error;
      const verb = error instanceof Closed ? "closed the connection after" : "refused";
      throw this.#refusal(`the broker ${this.#href} ${verb} ${what}`, code, error);
    }
  }

  #refusal(happened: string, code: number | undefined, cause: unknown): UserError {
    // MQTT 3.1.1 has no reasons: a forbidden subscription is 128, a forbidden message a closed connection.
    const silent = code === undefined || (code === 128 && this.#link.version === "3.1.1");
    if (silent) return refused(`${happened}: its access rules (ACL) may forbid it`, accessRules, cause);
    const kind = isPassing(code) && code !== 128 ? unreachable : refused;
    return kind(`${happened}: ${meaningOf(code)}`, remedyFor(code), cause);
  }
}

class Closed extends Error {}
