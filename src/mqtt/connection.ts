import { describe, type UserError, unreachable } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import { Backoff } from "../base/retry.ts";
import { sleep, within } from "../base/time.ts";
import type { Broker } from "./broker.ts";
import { dial, type Link, type LinkOptions } from "./link.ts";
import { explain, meaningOf } from "./mqtt-errors.ts";
import { notYet } from "./mqttjs-internals/deferred-acks.ts";
import { Presence } from "./presence.ts";

/** Something that lives on a connection and outlives its links: a publisher, a subscriber. */
export interface ConnectionExtension {
  /** Gets each new client before it is connected. */
  prepare?(link: { readonly client: Link["client"] }): void;
  /** Gets each new link; awaited, one tenant after the other. */
  connected(link: Link): void | Promise<void>;
}

export interface ConnectionOptions {
  readonly broker: Broker;
  /** The role that the presence message names, and the group with which it shares its messages. */
  readonly role: string;
  readonly share?: string | undefined;
  readonly log: Logger;
  readonly durable?: boolean;
  readonly receiveMaximum?: number;
  /** Hears of every change; for metrics and readiness. */
  readonly onState?: (connected: boolean) => void;
  /** Hears of what cannot be mended by trying again; the connection is closed then. */
  readonly onFatal: (error: Error) => void;
}

/** Wait between two attempts, milliseconds. */
const reconnectLimits = { min: 200, max: 15_000 };
const dialTimeout = 10_000;
/** A connection that ends sooner was no success: the wait before the next goes on growing, milliseconds. */
const shortLife = 5000;
const takenOver = 142;
/** Less than the tenth of the grace time that is kept for it, milliseconds. */
const goodbyeTimeout = 700;

/**
 * Stays connected to a broker: connects, keeps presence, gives each new link to its tenants, and comes back after every
 * loss with growing, jittered waits, for as long as it takes.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #tenants: ConnectionExtension[] = [];
  readonly #presence: Presence;
  readonly #stopped = new AbortController();
  #link: Link | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { broker, role, share } = options;
    this.#presence = new Presence(broker.clientId, { role, ...(share === undefined ? {} : { share }) });
  }

  get broker(): Broker {
    return this.#options.broker;
  }

  get log(): Logger {
    return this.#options.log;
  }

  /** Unacknowledged messages that we take at once. */
  get receiveMaximum(): number {
    return this.#options.receiveMaximum ?? 65535;
  }

  /** The link while there is one. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Ends the role: something happened that cannot be mended by trying again. */
  fail(error: Error): void {
    this.#options.onFatal(error);
  }

  add(tenant: ConnectionExtension): void {
    this.#tenants.push(tenant);
  }

  /**
   * Resolves once connected and all tenants are set up. Rejects with a UserError when the broker refuses, or cannot
   * be reached within `connectTimeout`; resolves without a link when `signal` aborts first.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { broker, log } = this.#options;
    const deadline = Date.now() + broker.connectTimeout * 1000;
    const backoff = new Backoff({ min: 200, max: 2000 });
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const link = await this.#dial(Math.max(1000, Math.min(dialTimeout, deadline - Date.now())), signal);
        await this.#settleIn(link);
        this.#running = this.#stay(link);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const reason = explain(error, broker);
        if (reason.exitCode !== unreachable("").exitCode || Date.now() >= deadline) throw reason;
        if (attempt === 1)
          log.warn(
            eventFields("connect_retry", reason),
            `${reason.sentence}; trying for ${broker.connectTimeout} s`,
          );
        await sleep(Math.min(backoff.next(), Math.max(0, deadline - Date.now())), signal);
      }
    }
  }

  /** Says goodbye and closes; does not wait for what is in flight, which is its owner's business. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    const link = this.#link;
    if (link?.client.connected) {
      await within(goodbyeTimeout, this.#sayGoodbye(link), undefined);
      link.client.end(true);
      // A second `end` does nothing while the first still waits for a broker that hangs.
      link.client.stream.destroy();
    }
    await this.#running;
  }

  async #sayGoodbye(link: Link): Promise<void> {
    // A broker may forbid the status topic; that is no failure of ours.
    await this.#presence.leave(link).catch((error) => this.log.debug(`presence: ${describe(error)}`));
    await link.client.endAsync();
  }

  #dial(timeout: number, signal: AbortSignal): Promise<Link> {
    const { broker, durable = false, receiveMaximum } = this.#options;
    const options: LinkOptions = {
      durable,
      timeout,
      signal,
      will: this.#presence.will,
      ...(receiveMaximum === undefined ? {} : { receiveMaximum }),
      prepare: (client) => {
        for (const tenant of this.#tenants) tenant.prepare?.({ client });
      },
    };
    return dial(broker, options);
  }

  async #settleIn(link: Link): Promise<void> {
    const { log, broker, onState } = this.#options;
    this.#link = link;
    try {
      // MQTT.js keeps a request on a connection that has just ended, and never answers it.
      const closed = closeOf(link).then(() => Promise.reject(connectionLost(broker)));
      // Once it is set up, the close is #stay's business.
      closed.catch(() => undefined);
      for (const tenant of this.#tenants) await Promise.race([tenant.connected(link), closed]);
    } catch (error) {
      this.#link = undefined;
      link.client.end(true);
      throw error;
    }
    this.announce();
    log.info(
      { ...eventFields("connected"), session: link.sessionPresent ? "resumed" : "new" },
      `connected to ${broker.href} with MQTT ${link.version}`,
    );
    onState?.(true);
  }

  /** Says that we are here, as at each connection. */
  announce(): void {
    if (!this.#link) return;
    // Not awaited: a broker that forbids the status topic is no reason to stand still.
    this.#presence.arrive(this.#link).catch((error) => this.log.debug(`presence: ${describe(error)}`));
  }

  /** From one loss to the next, until stopped. */
  async #stay(first: Link): Promise<void> {
    const { log, broker, onState } = this.#options;
    const backoff = new Backoff(reconnectLimits);
    let short = 0;
    for (let link: Link | undefined = first; ; ) {
      const since = performance.now();
      const why = link && (await this.#ended(link));
      if (this.#stopped.signal.aborted) return;
      if (link) {
        this.#link = undefined;
        onState?.(false);
        log.warn(
          eventFields("connection_lost"),
          `lost the connection to ${broker.href}${why ? `: ${why}` : ""}`,
        );
        short = performance.now() - since < shortLife ? short + 1 : 0;
        if (short === 0) backoff.reset();
        if (short === 3) log.warn(eventFields("connection_unstable"), this.#whyShort());
      }
      await sleep(backoff.next(), this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      link = await this.#again();
    }
  }

  /** Mosquitto 2.0 and MQTT 3.1.1 do not say that another client took over: both would come back for ever. */
  #whyShort(): string {
    const { href, clientId } = this.#options.broker;
    return `${href} ends each connection soon; if another client uses the identifier ${clientId}, give each its own --client-id`;
  }

  async #again(): Promise<Link | undefined> {
    try {
      const link = await this.#dial(dialTimeout, this.#stopped.signal);
      await this.#settleIn(link);
      return link;
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.log.warn(eventFields("connect_retry", error), describe(error));
      return undefined;
    }
  }

  /** Resolves when the link's network connection is closed, with the reason if one was given. */
  async #ended(link: Link): Promise<string | undefined> {
    const { broker, onFatal } = this.#options;
    let why: string | undefined;
    link.client.on("disconnect", ({ reasonCode = 0 }) => {
      why = meaningOf(reasonCode);
      if (reasonCode !== takenOver) return;
      this.#stopped.abort();
      onFatal(explain(Object.assign(new Error(), { code: reasonCode }), broker));
    });
    link.client.on("error", (error) => {
      if (error === notYet) return;
      why ??= error.message;
      // After a packet that it cannot read, MQTT.js reads nothing more and leaves the connection open.
      link.client.stream.destroy();
    });
    await closeOf(link);
    return why;
  }
}

async function closeOf({ client }: Link): Promise<void> {
  if (!client.connected || client.stream.destroyed) return;
  await new Promise<void>((resolve) => client.once("close", () => resolve()));
}

function connectionLost({ href }: Broker): UserError {
  return unreachable(`${href} closed the connection while it was set up`, "Its log may say why");
}
