import type { Logger } from "../base/log.ts";
import type { Broker } from "./broker.ts";

/** How a role uses a broker, and what the connection reports to it. */
export interface ConnectionOptions {
  readonly broker: Broker;
  /** The role that the presence message names, and the group of its shared subscription. */
  readonly role: string;
  readonly share?: string | undefined;
  /** The broker keeps the session, its subscriptions and messages, while we are disconnected. */
  readonly durable?: boolean | undefined;
  /** Maximum number of unacknowledged messages that we accept; absent: MQTT's maximum, 65535. */
  readonly receiveMaximum?: number | undefined;
  readonly log: Logger;
  /** Called at every change; for metrics and readiness. */
  readonly onState?: ((connected: boolean) => void) | undefined;
  /** Called with an error that no retry can fix. */
  readonly onFatal: (error: Error) => void;
}

/** What was in flight when a connection ended. */
export interface Interrupted {
  /** The first message, for a sentence. */
  readonly what: string;
  /** Messages are published one by one, to find the one that ends the connection: reconnect soon. */
  readonly isIsolated: boolean;
}
