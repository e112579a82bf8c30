import { hostname } from "node:os";
import { safeName } from "../face/name.ts";
import type { Broker } from "../mqtt/broker.ts";
import { Connection } from "../mqtt/connection.ts";
import type { ConnectionOptions } from "../mqtt/connection-options.ts";
import { type BrokerUrl, loginOptions } from "../settings/broker.ts";
import type { Settings } from "../settings/option.ts";
import type { RoleContext } from "./role.ts";

export type Login = Partial<Settings<typeof loginOptions>>;

/** Role, host name and camera: the same at every start, so that the broker resumes the session. */
export function stableClientId(role: string, ...more: readonly string[]): string {
  return ["facepipe", role, hostname(), ...more].map(safeName).join("-");
}

/** The broker that a role's settings describe; an option overrides what the URL says. */
export function toBroker(url: BrokerUrl, login: Login, defaultId: string, connectTimeout: number): Broker {
  const { protocol: version = "auto", username = url.username, passwordFile, ca, cert, key } = login;
  const password = login.password ?? passwordFile ?? url.password;
  const { clientId = defaultId } = login;
  return { ...url, version, clientId, connectTimeout, username, password, ca, cert, key };
}

/** The login of one of a role's two brokers: `fromUsername` is its `username`. */
export function loginOf(settings: Readonly<Record<string, unknown>>, prefix: "from" | "to"): Login {
  const keys = Object.keys(loginOptions);
  const values = keys.map((key) => [key, settings[`${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`]]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Contradictions between the login options; `prefix` is `from-` or `to-` for a role with two brokers. */
export function loginFaults(login: Login & { readonly url?: BrokerUrl | undefined }, prefix = ""): string[] {
  const faults: string[] = [];
  const { url, username = url?.username } = login;
  if ((login.password ?? login.passwordFile ?? url?.password) !== undefined && username === undefined) {
    faults.push(`--${prefix}password needs --${prefix}username`);
  }
  // It is a level of the presence message's topic.
  if (/[/#+]/.test(login.clientId ?? "")) faults.push(`--${prefix}client-id must be without /, # and +`);
  if ((login.ca || login.cert) && url && !/^(mqtts|wss)$/.test(url.protocol)) {
    faults.push(
      `--${prefix}ca and --${prefix}cert need an address with TLS, mqtts:// or wss://, not ${url.protocol}://`,
    );
  }
  if (login.password !== undefined && login.passwordFile !== undefined) {
    faults.push(`--${prefix}password and --${prefix}password-file cannot both be set`);
  }
  if (login.cert && !login.key) faults.push(`--${prefix}cert needs --${prefix}key`);
  if (login.key && !login.cert) faults.push(`--${prefix}key needs --${prefix}cert`);
  return faults;
}

type RoleConnection = Omit<ConnectionOptions, "broker" | "log" | "onState" | "onFatal"> & {
  /** Label of the metric `facepipe_connected`. */
  readonly peer: string;
};

/** A connection that reports to the role's log, metrics and health; it is not started yet. */
export function connectionOf(broker: Broker, options: RoleConnection, context: RoleContext): Connection {
  const { log, metrics, labels, health, fail } = context;
  const { peer, ...rest } = options;
  const gauge = { ...labels, peer };
  let connected = false;
  let downSince = Date.now();
  metrics.connected.set(gauge, 0);
  health.addReadiness(() => (connected ? undefined : `not connected to ${broker.href}`));
  health.addOutage(() => (connected ? undefined : downSince));
  const onState = (state: boolean) => {
    if (connected && !state) downSince = Date.now();
    connected = state;
    metrics.connected.set(gauge, state ? 1 : 0);
  };
  return new Connection({ ...rest, broker, log, onState, onFatal: fail });
}
