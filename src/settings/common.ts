import { logLevels } from "../base/log.ts";
import { numberBetween, type Options, oneOf, option } from "./option.ts";

/** Where a role's health and metrics are served. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

/** Options that every role has. */
export const commonOptions = {
  http: option("[HOST:]PORT", "serve /healthz, /readyz and /metrics here", readHttpAddress, {
    fallbackNote: "off",
  }),
  logLevel: option("LEVEL", `least level logged: ${logLevels.join(", ")}`, oneOf(...logLevels), {
    fallback: "info",
  }),
  logFormat: option(
    "FORMAT",
    "auto, pretty or json; auto is pretty on a terminal",
    oneOf("auto", "pretty", "json"),
    {
      fallback: "auto",
    },
  ),
  grace: option("SECONDS", "time to finish what is in hand after SIGTERM", numberBetween(0, 3600), {
    fallback: "10",
  }),
};

/** All options of a role: its own, and those that every role has unless it has one of that name itself. */
export function withCommon<O extends Options>(options: O): O & typeof commonOptions {
  return { ...options, ...commonOptions, ...options };
}

/** `8080`, `0.0.0.0:8080`, `[::1]:8080`; without a host it listens on all addresses, as a container needs. */
function readHttpAddress(text: string): HttpAddress {
  const [, host = "", digits = ""] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65535) throw new Error("must be PORT or HOST:PORT");
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
}
