import { describe, UserError } from "../base/errors.ts";
import { createLog } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import { createSentenceRedactor } from "../base/redact.ts";
import { styleFor } from "../base/terminal-style.ts";
import { startOptimization } from "../base/v8-heap.ts";
import { Health } from "../ops/health.ts";
import { createMetrics } from "../ops/metrics.ts";
import { startOpsServer } from "../ops/server.ts";
import type { AllSettings } from "../settings/command-line.ts";
import type { ProcessHost } from "./process-host.ts";
import type { Role } from "./role.ts";
import { handleShutdown } from "./shutdown.ts";

/** Runs a role with its log, metrics, health and signals; rejects with the error that ended the role. */
export async function runRole(role: Role, settings: AllSettings, host: ProcessHost): Promise<void> {
  const { terminal, secrets } = host;
  // What a check prints may quote the other side; the lines of other roles are data.
  const redactor = createSentenceRedactor(secrets);
  const print = role.isCheck ? (line: string) => host.print(redactor.line(line)) : host.print;
  const pretty = settings.logFormat === "pretty" || (settings.logFormat === "auto" && terminal.interactive);
  const log = await createLog({
    level: settings.logLevel,
    format: pretty ? "pretty" : "json",
    colored: host.logColored,
    secrets,
    write: (line) => terminal.write(line),
  });
  const metrics = await createMetrics();
  const health = new Health();
  // For programs that read the log; for people the sentence follows as the last line of standard error.
  const logFailure = (error: unknown) => {
    if (!pretty && !role.isCheck && error instanceof UserError)
      log.fatal(eventFields("failed", error), describe(error));
  };
  const fail = (error: Error) => {
    logFailure(error);
    host.fail(error);
  };
  const shutdown = handleShutdown(settings.grace, { ...host, fail }, log);
  let ready = false;
  health.addReadiness(() => (ready ? undefined : "starting"));
  const { http } = role.queriesAnother ? {} : settings;
  try {
    const server = http && (await startOpsServer(http, health, metrics));
    if (server) log.info(eventFields("http_listening"), `health and metrics on http://${server.address}`);
    try {
      await role.run(settings, {
        log,
        terminal,
        print,
        output: host.output,
        style: styleFor(host.output.colorDepth),
        metrics,
        labels: {},
        health,
        fail: shutdown.fail,
        stop: shutdown.stop,
        deadline: shutdown.deadline,
        drainOnStop: false,
        ready: () => {
          ready = true;
          startOptimization();
        },
      });
    } finally {
      await server?.stop();
    }
    if (shutdown.failure) throw shutdown.failure;
  } catch (error) {
    logFailure(error);
    throw error;
  }
}
