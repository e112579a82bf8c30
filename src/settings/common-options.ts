import { logLevels } from "../base/log.ts";
import { flag, numberBetween, type Options, oneOf, option, readText } from "./option.ts";

/** The address on which a role serves health and metrics. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** Options that every role has. */
export const commonOptions = {
  config: {
    ...option("FILE", "configuration file in YAML, one for all roles", readText, { fallbackNote: "none" }),
    notInFile: true as const,
  },
  showConfig: {
    ...flag("print the settings that would hold, and where each comes from; start nothing"),
    notInFile: true as const,
  },
  http: option("[HOST:]PORT", "address of /healthz, /readyz and /metrics", readHttpAddress, {
    fallbackNote: "off",
  }),
  logLevel: option("LEVEL", `minimum log level: ${logLevels.join(", ")}`, oneOf(...logLevels), {
    fallback: "info",
  }),
  logFormat: option(
    "FORMAT",
    "auto, pretty or json; auto: pretty on a terminal, else json",
    oneOf("auto", "pretty", "json"),
    { fallback: "auto" },
  ),
  grace: option(
    "SECONDS",
    "grace period: time to finish what is in flight after SIGTERM",
    numberBetween(0, 3600),
    {
      fallback: "10",
    },
  ),
};

/** The options of a role with the common ones; its own have precedence. */
export function withCommon<O extends Options>(options: O): O & typeof commonOptions {
  return { ...options, ...commonOptions, ...options };
}

/** `8080`, `0.0.0.0:8080`, `[::1]:8080`; without a host it listens on all addresses, as a container needs. */
export function readHttpAddress(text: string): HttpAddress {
  const [, host = "", digits = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535) throw new Error("must be PORT or HOST:PORT");
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
}
