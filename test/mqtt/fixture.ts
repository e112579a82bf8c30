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

/** A connection whose changes can be awaited; closed after the test. */
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

  /** Resolves when it is connected or loses its connection the next time. */
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

/** A message that a subscriber was handed and that waits for the test to say that it is safe. */
export interface Taken {
  readonly message: IncomingMessage;
  readonly text: string;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

/** A subscriber's handler under the test's control. */
export class Hands {
  readonly taken: Taken[] = [];
  readonly subscriber: Subscriber;
  readonly #more = new EventEmitter();

  constructor(connection: Connection, subscription: Subscription) {
    this.subscriber = connection.add(
      new Subscriber(connection, subscription, (message) => this.#take(message)),
    );
  }

  get texts(): string[] {
    return this.taken.map(({ text }) => text);
  }

  /** Resolves when `count` messages have been handed over since the beginning. */
  async until(count: number): Promise<void> {
    while (this.taken.length < count) await once(this.#more, "taken");
  }

  #take(message: IncomingMessage): Promise<void> {
    return new Promise((finish, fail) => {
      this.taken.push({ message, text: message.payload.toString(), finish, fail });
      this.#more.emit("taken");
    });
  }
}
