import { describe, refused, unreachable } from "../base/errors.ts";
import { systemCode } from "../base/system-errors.ts";
import { commonOptions, type HttpAddress } from "../settings/common.ts";
import { numberBetween, option } from "../settings/option.ts";
import { defineRole } from "./role.ts";

const options = {
  // Where to ask, for once, and not where to serve; the same variable, so that one container needs it only once.
  http: { ...commonOptions.http, summary: "the role's own --http, where it is asked", fallbackNote: "8080" },
  timeout: option("SECONDS", "longest wait for the answer", numberBetween(0.1, 300), { fallback: "3" }),
};

/** For a container's health check, which has neither curl nor a shell. */
export const healthcheck = defineRole({
  name: "healthcheck",
  summary: "Asks a role on this machine whether it is well: its /healthz",
  examples: ["facepipe healthcheck", "facepipe healthcheck --http 9090"],
  options,
  asksAnother: true,
  async run({ http, timeout }, { print, stop }) {
    const url = `http://${hostAndPort(http ?? { host: "", port: 8080 })}/healthz`;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeout * 1000)]);
    const { status, text } = await ask(url, signal).catch((error) => {
      const why = error.name === "TimeoutError" ? `no answer within ${timeout} s` : reason(error);
      throw unreachable(`no role answers at ${url}: ${why}`, "Is it started with --http?", error);
    });
    if (status !== 200)
      throw refused(`the role is not well: ${text.trim().replaceAll("\n", "; ")}`, "Its log says more");
    print(text.trim());
  },
});

async function ask(url: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { signal });
  return { status: response.status, text: await response.text() };
}

/** A role that serves on all addresses answers on this machine's own. */
function hostAndPort({ host, port }: HttpAddress): string {
  const here = ["", "0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  return `${here.includes(":") ? `[${here}]` : here}:${port}`;
}

function reason(error: Error): string {
  return systemCode(error.cause) || describe(error.cause ?? error);
}
