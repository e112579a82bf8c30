import { describe } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import type { ConnectionExtension } from "./connection.ts";
import type { Link } from "./link.ts";

/** Where Mosquitto tells how many messages it holds: those that wait for clients, and the retained ones. */
export const queueSizeTopic = "$SYS/broker/store/messages/count";

/** Hears from the broker, every 10 s unless it is set otherwise, how many messages it holds. */
export class BrokerQueueSize implements ConnectionExtension {
  readonly #log: Logger;
  readonly #tell: (messages: number) => void;

  constructor(log: Logger, tell: (messages: number) => void) {
    this.#log = log;
    this.#tell = tell;
  }

  /** Beside the Subscriber, whose messages are pictures: it passes this topic over. */
  prepare({ client }: { readonly client: Link["client"] }): void {
    client.on("packetreceive", (packet) => {
      if (packet.cmd !== "publish" || packet.topic !== queueSizeTopic) return;
      const messages = Number(packet.payload.toString());
      if (Number.isSafeInteger(messages)) this.#tell(messages);
    });
  }

  async connected({ client }: Link): Promise<void> {
    try {
      await client.subscribeAsync(queueSizeTopic, { qos: 0 });
    } catch (error) {
      // Its access rules forbid it, or it has no such topic: no reason to store nothing.
      this.#log.warn(
        eventFields("broker_feature_missing", error),
        `the broker does not tell how many messages it holds: ${describe(error)}`,
      );
    }
  }
}
