import { hostname } from "node:os";
import { safeName } from "../face/name.ts";
import type { Broker } from "../mqtt/broker.ts";
import { Connection } from "../mqtt/connection.ts";
import { type BrokerUrl, loginOptions } from "../settings/broker.ts";
import type { Settings } from "../settings/option.ts";
import type { RoleContext } from "./role.ts";

export type Login = Partial<Settings<typeof loginOptions>>;

/** Role, host name and camera: the same at every start, so that the broker knows us again. */
export function stableClientId(role: string, ...more: readonly string[]): string {
  return ["facepipe", role, hostname(), ...more].map(safeName).join("-");
}

/** The broker that a role's settings describe; what stands in the URL yields to an option of its own. */
export function toBroker(url: BrokerUrl, login: Login, clientId: string, connectTimeout: number): Broker {
  const { protocol, username = url.username, passwordFile, ca, cert, key } = login;
  const password = login.password ?? passwordFile ?? url.password;
  return {
    href: url.href,
    protocol: url.protocol,
    host: url.host,
    port: url.port,
    path: url.path,
    version: protocol ?? "auto",
    clientId: login.clientId ?? clientId,
    connectTimeout,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  };
}

/** The login of one of a role's two brokers: `fromUsername` is its `username`. */
export function loginOf(settings: Readonly<Record<string, unknown>>, prefix: "from" | "to"): Login {
  const keys = Object.keys(loginOptions);
  const values = keys.map((key) => [key, settings[`${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`]]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Faults between the login options; `prefix` is `from-` or `to-` for a role with two brokers. */
export function loginFaults(login: Login & { readonly url?: BrokerUrl | undefined }, prefix = ""): string[] {
  const faults: string[] = [];
  const { url, username = url?.username } = login;
  if ((login.password ?? login.passwordFile ?? url?.password) !== undefined && username === undefined) {
    faults.push(`--${prefix}password needs --${prefix}username`);
  }
  // It stands in the topic of the presence message.
  if (/[/#+]/.test(login.clientId ?? "")) faults.push(`--${prefix}client-id must be without /, # and +`);
  if ((login.ca || login.cert) && url && !/^(mqtts|wss)$/.test(url.protocol)) {
    faults.push(
      `--${prefix}ca and --${prefix}cert need an address with TLS, mqtts:// or wss://, not ${url.protocol}://`,
    );
  }
  if (login.password !== undefined && login.passwordFile !== undefined) {
    faults.push(`--${prefix}password and --${prefix}password-file cannot both be given`);
  }
  if (login.cert && !login.key) faults.push(`--${prefix}cert needs --${prefix}key`);
  if (login.key && !login.cert) faults.push(`--${prefix}key needs --${prefix}cert`);
  return faults;
}

interface ConnectAs {
  readonly role: string;
  readonly share?: string | undefined;
  /** Label of the metric `facepipe_connected`. */
  readonly peer: string;
  readonly durable?: boolean;
  readonly receiveMaximum?: number;
}

/** A connection that reports to the role's log, metrics and health; it is not started yet. */
export function connectionOf(broker: Broker, as: ConnectAs, context: RoleContext): Connection {
  const { log, metrics, health, fail } = context;
  let connected = false;
  metrics.connected.set({ peer: as.peer }, 0);
  health.addReadiness(() => (connected ? undefined : `not connected to ${broker.href}`));
  return new Connection({
    broker,
    role: as.role,
    share: as.share,
    log,
    ...(as.durable === undefined ? {} : { durable: as.durable }),
    ...(as.receiveMaximum === undefined ? {} : { receiveMaximum: as.receiveMaximum }),
    onState: (state) => {
      connected = state;
      metrics.connected.set({ peer: as.peer }, state ? 1 : 0);
    },
    onFatal: fail,
  });
}
