import { setMaxListeners } from "node:events";
import { createLog } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import { styleFor } from "../base/style.ts";
import type { Terminal } from "../base/terminal.ts";
import { Health } from "../ops/health.ts";
import { createMetrics } from "../ops/metrics.ts";
import { startOpsServer } from "../ops/server.ts";
import type { AllSettings } from "../settings/command-line.ts";
import type { Role } from "./role.ts";

/** What a run has of the process around it. */
export interface ProcessHost {
  readonly terminal: Terminal;
  readonly print: (line: string) => void;
  /** A person reads those lines, and wants colours. */
  readonly colored: boolean;
  /** So do those of the log. */
  readonly logColored: boolean;
  /** Texts that must never be written. */
  readonly secrets: readonly string[];
  /** Calls back for each signal, or other reason, that asks us to stop. */
  readonly onSignal: (act: (why: string) => void) => void;
  /** Ends the process at once: with a code, or by telling what failed. */
  readonly leave: (code: number) => void;
  readonly fail: (error: Error) => void;
}

/** Runs a role with its log, metrics, health and signals; rejects with what the role failed of. */
export async function runRole(role: Role, settings: AllSettings, outside: ProcessHost): Promise<void> {
  const { terminal, print, secrets } = outside;
  const pretty = settings.logFormat === "pretty" || (settings.logFormat === "auto" && terminal.interactive);
  const log = await createLog({
    level: settings.logLevel,
    format: pretty ? "pretty" : "json",
    colored: outside.logColored,
    secrets,
    write: (line) => terminal.write(line),
  });
  const metrics = await createMetrics();
  const health = new Health();
  const stop = new AbortController();
  const deadline = new AbortController();
  // Everything in hand listens to them; Node takes more than ten listeners for a leak.
  setMaxListeners(0, stop.signal, deadline.signal);
  let failure: Error | undefined;
  let ready = false;
  health.addReadiness(() => (ready ? undefined : "starting"));

  const endSoon = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    // A tenth is kept for saying goodbye.
    setTimeout(() => deadline.abort(), settings.grace * 900);
    setTimeout(() => (failure ? outside.fail(failure) : outside.leave(0)), settings.grace * 1000);
  };
  outside.onSignal((why) => {
    if (stop.signal.aborted) outside.leave(1);
    else log.info(eventFields("stopping"), `${why}: finishing what is in hand; once more leaves at once`);
    endSoon();
  });
  const fail = (error: Error) => {
    failure ??= error;
    endSoon();
  };

  const { http } = role.asksAnother ? {} : settings;
  const server = http && (await startOpsServer(http, health, metrics));
  if (server) log.info(eventFields("http_listening"), `health and metrics on http://${server.address}`);
  try {
    await role.run(settings, {
      log,
      terminal,
      print,
      style: styleFor(outside.colored),
      metrics,
      health,
      fail,
      stop: stop.signal,
      deadline: deadline.signal,
      ready: () => {
        ready = true;
      },
    });
  } finally {
    await server?.stop();
  }
  if (failure) throw failure;
}
