import { UserError } from "../base/errors.ts";
import { networkReason } from "../base/system-errors.ts";
import { commonOptions, type HttpAddress } from "../settings/common-options.ts";
import { numberBetween, option } from "../settings/option.ts";
import { defineRole } from "./role.ts";

const options = {
  // The address to query rather than to serve; the same variable, so that a container sets it once.
  http: { ...commonOptions.http, summary: "the --http address of the role to check", fallbackNote: "8080" },
  timeout: option("SECONDS", "timeout for the answer", numberBetween(0.1, 300), { fallback: "3" }),
};

/** For the health check of a container, which has neither curl nor a shell. */
export const healthcheck = defineRole({
  name: "healthcheck",
  summary: "Checks a role on this machine by its /healthz",
  examples: ["facepipe healthcheck", "facepipe healthcheck --http 9090"],
  options,
  isCheck: true,
  queriesAnother: true,
  async run({ http, timeout }, { print, stop }) {
    const url = `http://${hostAndPort(http ?? { host: "", port: 8080 })}/healthz`;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(timeout * 1000)]);
    const { status, text } = await query(url, signal).catch((error) => {
      const why = error.name === "TimeoutError" ? `no answer within ${timeout} s` : networkReason(error);
      throw new UserError(
        "ROLE_UNREACHABLE",
        `no role answers at ${url}: ${why}`,
        "Start the role with --http",
        error,
      );
    });
    if (status !== 200) {
      const failures = text.trim().replaceAll("\n", "; ");
      throw new UserError("ROLE_UNHEALTHY", `the role is not healthy: ${failures}`, "See its log");
    }
    print(text.trim());
    return {};
  },
});

async function query(url: string, signal: AbortSignal): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { signal });
  return { status: response.status, text: await response.text() };
}

/** A role that listens on all addresses is reachable on the loopback address. */
function hostAndPort({ host, port }: HttpAddress): string {
  const address = ["", "0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host;
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
