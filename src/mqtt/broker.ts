/** A broker and how to log in there. */
export interface Broker {
  /** `mqtt://host:1883`, without credentials: fit to be shown. */
  readonly href: string;
  readonly protocol: "mqtt" | "mqtts" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
  /** For ws and wss. */
  readonly path: string;
  /** `auto`: MQTT 5, or 3.1.1 when the broker refuses it. */
  readonly version: "auto" | "5" | "3.1.1";
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** How long to try at the start, seconds. */
  readonly connectTimeout: number;
}
