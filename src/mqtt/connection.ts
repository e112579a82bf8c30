import { describe, isUnreachable, UserError } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import { keepTrying } from "../base/retry.ts";
import { within } from "../base/time.ts";
import type { ConnectionOptions, Interrupted } from "./connection-options.ts";
import { keepConnected, linkClosed } from "./keep-connected.ts";
import { dial, type Link } from "./link.ts";
import { MessageRouter } from "./message-router.ts";
import { brokerError } from "./mqtt-errors.ts";
import { Presence } from "./presence.ts";

/** Something that lives on a connection and outlives its links: a publisher, a subscriber. */
export interface ConnectionExtension {
  /** Registers what it receives; called when it is added. */
  route?(router: MessageRouter): void;
  /** Called before each attempt to connect: a resumed session's messages arrive before `connected` is called. */
  connecting?(): void;
  /** Sets up a new link; awaited, one extension after the other. */
  connected(link: Link): void | Promise<void>;
  /** Called when a link has ended. */
  interrupted?(): Interrupted | undefined;
}

/** Waits between the attempts at the start, milliseconds. */
const startLimits = { min: 200, max: 2000 };
const dialTimeout = 10_000;
/** Less than the tenth of the grace period that is reserved for it, milliseconds. */
const disconnectTimeout = 700;

/**
 * Stays connected to a broker: connects, publishes presence, passes each new link to its extensions, and reconnects
 * after every loss until it is stopped.
 */
export class Connection {
  readonly options: ConnectionOptions;
  readonly #extensions: ConnectionExtension[] = [];
  readonly #router = new MessageRouter();
  readonly #presence: Presence;
  readonly #stopped = new AbortController();
  #link: Link | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.#presence = new Presence(options);
  }

  /** The current link, while connected. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Before `start`; links are set up in the order in which the extensions were added. */
  add<E extends ConnectionExtension>(extension: E): E {
    this.#extensions.push(extension);
    extension.route?.(this.#router);
    return extension;
  }

  /**
   * Resolves when connected and all extensions are set up. Rejects with a UserError when the broker refuses, or cannot
   * be reached within `connectTimeout`; resolves without a link when `signal` aborts first.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { broker, log, onState, onFatal } = this.options;
    const deadline = Date.now() + broker.connectTimeout * 1000;
    const timeout = () => Math.max(1000, Math.min(dialTimeout, deadline - Date.now()));
    const onRetry = (error: unknown, attempt: number) => {
      if (attempt > 1) return;
      const isLimited = Number.isFinite(broker.connectTimeout);
      const limit = isLimited ? `for ${broker.connectTimeout} s` : "until it can be reached";
      const sentence = `${describe(error)}; trying ${limit}`;
      log.warn(eventFields("connect_retry", error), sentence);
    };
    const retry = { signal, deadline, limits: startLimits, isTransient: isUnreachable, onRetry };
    const first = await keepTrying(() => this.#open(timeout(), signal), retry).catch((error) => {
      if (!signal.aborted) throw error;
    });
    if (!first) return;
    this.#running = keepConnected(first, this.options, {
      signal: this.#stopped.signal,
      reconnect: () => this.#open(dialTimeout, this.#stopped.signal),
      onLost: () => {
        this.#link = undefined;
        onState?.(false);
        return this.#extensions.map((extension) => extension.interrupted?.()).find((each) => each);
      },
      onTakenOver: (error) => {
        this.#stopped.abort();
        onFatal(error);
      },
    });
  }

  /** Publishes our presence once more; returns whether the broker has answered: accepted or refused it. */
  async probe(link: Link): Promise<boolean> {
    return !this.#stopped.signal.aborted && this.#presence.probe(link);
  }

  /** Disconnects; does not wait for what is in flight, which is the extensions' business. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    const link = this.#link;
    if (link?.client.connected) {
      await within(disconnectTimeout, this.#disconnect(link), undefined);
      link.client.end(true);
      // A second `end` does nothing while the first still waits for a broker that hangs.
      link.client.stream.destroy();
    }
    await this.#running;
  }

  /** Connects and sets up the extensions. */
  async #open(timeout: number, signal: AbortSignal): Promise<Link> {
    const { broker, log, onState } = this.options;
    const prepare = (client: Link["client"]) => {
      for (const extension of this.#extensions) extension.connecting?.();
      this.#router.attach(client);
    };
    let link: Link | undefined;
    try {
      link = await dial(this.options, { timeout, signal, will: this.#presence.will, prepare });
      this.#link = link;
      await this.#setUp(link);
    } catch (error) {
      this.#link = undefined;
      link?.client.end(true);
      // Also a certificate or key that Node.js rejects before it connects.
      throw brokerError(error, broker);
    }
    // Not awaited: a broker may forbid the status topic, which does not make the connection useless.
    if (!this.#stopped.signal.aborted) void this.#publishPresence(link, "online");
    log.info(
      { ...eventFields("connected"), session: link.sessionPresent ? "resumed" : "new" },
      `connected to ${broker.href} with MQTT ${link.version}`,
    );
    onState?.(true);
    return link;
  }

  async #setUp(link: Link): Promise<void> {
    const { href } = this.options.broker;
    // MQTT.js keeps a request on a connection that has just ended, and never answers it.
    const closed = linkClosed(link).then(() => {
      const message = `${href} closed the connection while it was set up`;
      throw new UserError("BROKER_UNREACHABLE", message, "Its log may say why");
    });
    // Once the link is set up, keepConnected handles its end.
    closed.catch(() => undefined);
    for (const extension of this.#extensions) await Promise.race([extension.connected(link), closed]);
  }

  async #disconnect(link: Link): Promise<void> {
    await this.#publishPresence(link, "offline");
    await link.client.endAsync();
  }

  async #publishPresence(link: Link, state: "online" | "offline"): Promise<void> {
    const { log } = this.options;
    await this.#presence.publish(link, state).catch((error) => log.debug(`presence: ${describe(error)}`));
  }
}
