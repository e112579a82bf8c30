import type { Logger } from "pino";
import { createRedactor } from "./redact.ts";

export type { Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "pretty" | "json";
  /** Whether pretty lines are coloured. */
  readonly colored?: boolean | undefined;
  /** Strings that must never be written: passwords, keys. */
  readonly secrets: readonly string[];
  /** Writes a complete line, newline included. */
  readonly write: (line: string) => void;
}

/** A pino logger that writes JSON lines or readable lines; secrets are redacted at the writer. */
export async function createLog(options: LogOptions): Promise<Logger> {
  const { level, format, colored = false, secrets, write } = options;
  const { pino } = await import("pino");
  const shown = format === "json" ? (line: string) => line : await prettyLines(colored);
  // Before formatting, because pino-pretty escapes quotes and backslashes in its own way.
  const redactor = createRedactor(secrets);
  const destination = { write: (line: string) => write(shown(redactor.line(line))) };
  const formatters = { level: (label: string) => ({ level: label }) };
  const { isoTime } = pino.stdTimeFunctions;
  return pino({ level, base: null, timestamp: isoTime, formatters }, destination);
}

/** The fields `event` and `code` are for programs, and only in JSON lines. */
async function prettyLines(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import("pino-pretty");
  return prettyFactory({ colorize, translateTime: "SYS:HH:MM:ss.l", singleLine: true, ignore: "event,code" });
}
