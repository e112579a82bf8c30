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
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM */
  readonly ca?: Buffer | undefined;
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
  /** How long to try to connect at the start, seconds; infinite: until it succeeds. */
  readonly connectTimeout: number;
}
