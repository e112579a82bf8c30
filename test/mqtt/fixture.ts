import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import { createLog } from "../../src/base/log.ts";
import type { Broker } from "../../src/mqtt/broker.ts";
import { Connection } from "../../src/mqtt/connection.ts";
import type { ConnectionOptions } from "../../src/mqtt/connection-options.ts";
import type { IncomingMessage } from "../../src/mqtt/message.ts";
import { Subscriber, type Subscription } from "../../src/mqtt/subscriber.ts";

/** A signal that never aborts. */
export const never = new AbortController().signal;

/** How to log in at a broker on 127.0.0.1. */
export function brokerAt(port: number, changes: Partial<Broker> = {}): Broker {
  return {
    href: `mqtt://127.0.0.1:${port}`,
    protocol: "mqtt",
    host: "127.0.0.1",
    port,
    path: "",
    version: "5",
    clientId: "under-test",
    connectTimeout: 5,
    ...changes,
  };
}

/** A connection whose state changes can be awaited; it is stopped after the test. */
export class WatchedConnection extends Connection {
  readonly logged: string[];
  readonly fatal: Error[] = [];
  #connected = false;
  readonly #changes = new EventEmitter();

  static async make(t: TestContext, broker: Broker, more: Partial<ConnectionOptions> = {}) {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const log = await createLog({ level: "debug", format: "json", secrets: [], write });
    // `super` cannot refer to `this`: the callbacks find the connection here.
    const self: { connection?: WatchedConnection } = {};
    const connection = new WatchedConnection(
      {
        broker,
        role: "test",
        log,
        onState: (connected) => self.connection?.changed(connected),
        onFatal: (error) => {
          self.connection?.fatal.push(error);
          self.connection?.changed(false);
        },
        ...more,
      },
      lines,
    );
    self.connection = connection;
    t.after(() => connection.stop());
    return connection;
  }

  private constructor(options: ConnectionOptions, logged: string[]) {
    super(options);
    this.logged = logged;
  }

  changed(connected: boolean): void {
    this.#connected = connected;
    this.#changes.emit("change");
  }

  async until(connected: boolean): Promise<void> {
    while (this.#connected !== connected) await this.change();
  }

  /** Resolves at the next change: connected, or connection lost. */
  async change(): Promise<void> {
    await once(this.#changes, "change");
  }

  /** Breaks the network connection; resolves when the next one is up. */
  async lose(): Promise<void> {
    this.link?.client.stream.destroy();
    await this.until(false);
    await this.until(true);
  }
}

/** A message that a subscriber passed to its handler, which the test finishes or fails. */
export interface Received {
  readonly message: IncomingMessage;
  readonly text: string;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

/** A subscriber's handler that finishes each message when the test says so. */
export class ManualHandler {
  readonly received: Received[] = [];
  readonly subscriber: Subscriber;
  readonly #events = new EventEmitter();

  constructor(connection: Connection, subscription: Subscription) {
    this.subscriber = connection.add(
      new Subscriber(connection, subscription, (message) => this.#handle(message)),
    );
  }

  get texts(): string[] {
    return this.received.map(({ text }) => text);
  }

  /** Resolves when the handler has received `count` messages since the start. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await once(this.#events, "received");
  }

  #handle(message: IncomingMessage): Promise<void> {
    return new Promise((finish, fail) => {
      this.received.push({ message, text: message.payload.toString(), finish, fail });
      this.#events.emit("received");
    });
  }
}
