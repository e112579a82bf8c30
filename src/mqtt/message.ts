import type { IPublishPacket } from "mqtt";

export type Qos = 0 | 1 | 2;

export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: boolean;
  /** MQTT 5 properties; absent with 3.1.1. */
  readonly properties?: IPublishPacket["properties"] | undefined;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain?: boolean | undefined;
  /** MQTT 5 properties; not sent with 3.1.1. */
  readonly properties?: IPublishPacket["properties"] | undefined;
}
