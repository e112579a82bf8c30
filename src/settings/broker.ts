import { readBytes, readTextFile } from "./files.ts";
import type { Options } from "./option.ts";
import { described, integerBetween, oneOf, option, readText } from "./option.ts";
import { checkLogin } from "./url-login.ts";

/** The address of a broker, separate from the credentials in its URL. */
export interface BrokerUrl {
  /** `mqtt://host:1883`, without credentials. */
  readonly href: string;
  readonly protocol: "mqtt" | "mqtts" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
  /** For ws and wss. */
  readonly path: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const defaultPorts = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 } as const;

/** Reads a broker's URL; throws an Error that says what is wrong with it, without what may be a password. */
export function readBrokerUrl(text: string): BrokerUrl {
  return readUrl(text, "");
}

/** The same for a role with two brokers, whose options begin with `prefix`. */
export function brokerUrlReader(prefix: "from-" | "to-"): (text: string) => BrokerUrl {
  return (text) => readUrl(text, prefix);
}

function readUrl(text: string, prefix: string): BrokerUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocol = url?.protocol.slice(0, -1);
  if (isProtocol(/^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase()))
    checkLogin(text, `or set --${prefix}username and --${prefix}password-file instead`);
  if (url === undefined || url.hostname === "") throw new Error("must be a URL such as mqtt://host:1883");
  if (!isProtocol(protocol)) throw new Error("must start with mqtt://, mqtts://, ws:// or wss://");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = url.port === "" ? defaultPorts[protocol] : Number(url.port);
  const path = protocol.startsWith("ws") ? `${url.pathname}${url.search}` : "";
  return {
    href: `${protocol}://${url.hostname}:${port}${path === "/" ? "" : path}`,
    protocol,
    host,
    port,
    path,
    username: decoded(url.username),
    password: decoded(url.password),
  };
}

function decoded(text: string): string | undefined {
  try {
    return text === "" ? undefined : decodeURIComponent(text);
  } catch {
    throw new Error("has a % in its credentials that encodes nothing; write % as %25");
  }
}

function isProtocol(text: string | undefined): text is keyof typeof defaultPorts {
  return text !== undefined && Object.hasOwn(defaultPorts, text);
}

/** The options to connect to one broker. */
export const loginOptions = {
  protocol: option("V", "MQTT version: 5, 3.1.1 or auto (5, else 3.1.1)", oneOf("auto", "5", "3.1.1"), {
    fallback: "auto",
  }),
  clientId: option("ID", "client identifier; it names the session at the broker", readText, {
    fallbackNote: "role, host name and camera",
  }),
  username: option("NAME", "user name", readText),
  password: { ...option("TEXT", "password; --password-file is safer", readText), secret: true as const },
  passwordFile: {
    ...option("FILE", "file whose first line is the password", readPassword),
    secret: true as const,
    readsFile: true as const,
  },
  ca: pemOption("trusted CA certificates (PEM)", { fallbackNote: "those of Node.js" }),
  cert: pemOption("client certificate for mutual TLS (PEM)"),
  key: pemOption("private key of --cert (PEM)"),
};

function pemOption(summary: string, more: { readonly fallbackNote?: string } = {}) {
  return { ...option("FILE", summary, readPem, more), readsFile: true as const };
}

export const qos = option(
  "N",
  "quality of service: 0, 1 or 2",
  described({ enum: [0, 1, 2, "0", "1", "2"] }, readQos),
  { fallback: "1" },
);

export const connectTimeout = option("SECONDS", "timeout for the first connection", integerBetween(1), {
  fallback: "10",
});

/** The options of a role with one broker. */
export const brokerOptions = {
  broker: option("URL", "MQTT broker: mqtt, mqtts, ws or wss; user:password@ is allowed", readBrokerUrl, {
    fallback: "mqtt://localhost:1883",
  }),
  qos,
  ...loginOptions,
  connectTimeout,
};

function readQos(text: string): 0 | 1 | 2 {
  if (text !== "0" && text !== "1" && text !== "2") throw new Error("must be 0, 1 or 2");
  return Number(text) as 0 | 1 | 2;
}

type Prefixed<P extends string, O extends Options> = {
  [K in keyof O & string as `${P}${Capitalize<K>}`]: O[K];
};

/** The same options with a prefix: `username` becomes `fromUsername`, and `--from-username`. */
export function prefixed<P extends string, O extends Options>(prefix: P, options: O): Prefixed<P, O> {
  const named = Object.entries(options).map(([key, value]) => [
    `${prefix}${key.charAt(0).toUpperCase()}${key.slice(1)}`,
    { ...value, summary: value.summary.replaceAll("--", `--${prefix}-`) },
  ]);
  return Object.fromEntries(named) as Prefixed<P, O>;
}

/** Reads certificates or a key. Node.js would ignore a file without any, and the connection would fail obscurely. */
function readPem(path: string): Buffer {
  const bytes = readBytes(path);
  if (!bytes.includes("-----BEGIN ")) throw new Error("is not a PEM file");
  return bytes;
}

function readPassword(path: string): string {
  return readTextFile(path).split(/\r?\n/, 1)[0] ?? "";
}
