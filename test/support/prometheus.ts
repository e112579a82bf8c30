import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { findCommand } from "./commands.ts";
import { emptyFolder } from "./folder.ts";
import { freePort } from "./ports.ts";
import { ServerProcess } from "./server-process.ts";

/** One series of an answer: its labels, and its value at the time of the query. */
interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Why there is no Prometheus here; for `skip`. */
export function prometheusMissing(): string | undefined {
  return findCommand("prometheus") ? undefined : "needs prometheus (the Debian package prometheus)";
}

/** A Prometheus that scrapes `target`, HOST:PORT, each second; it is killed when the test ends. */
export async function startPrometheus(t: TestContext, target: string) {
  const folder = emptyFolder(t);
  const config = join(folder, "prometheus.yml");
  const job = { job_name: "facepipe", static_configs: [{ targets: [target] }] };
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: [job] }));
  const address = `127.0.0.1:${await freePort()}`;
  const server = new ServerProcess("prometheus");
  t.after(() => server.end("SIGKILL"));
  const options = {
    "config.file": config,
    "storage.tsdb.path": join(folder, "data"),
    "web.listen-address": address,
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  await server.start("prometheus", args, /Server is ready/);
  /** Rejects with what is wrong with the expression. */
  const query = async (expression: string): Promise<readonly Sample[]> => {
    const response = await fetch(`http://${address}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { status, error, data } = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly Sample[] };
    };
    if (status !== "success") throw new Error(`${expression}: ${error}`);
    return data.result;
  };
  return {
    query,
    /** Resolves when the expression has a result; there are no events to await. */
    until: async (expression: string): Promise<readonly Sample[]> => {
      for (;;) {
        const samples = await query(expression);
        if (samples.length > 0) return samples;
        await delay(200);
      }
    },
  };
}
