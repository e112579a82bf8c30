import type { Logger } from "pino";

export type { Logger } from "pino";

export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "pretty" | "json";
  /** Pretty lines have colours. */
  readonly colored?: boolean;
  /** Texts that must never be written: passwords, keys. */
  readonly secrets: readonly string[];
  /** Where finished lines go, each with its newline. */
  readonly write: (line: string) => void;
}

/** `text`, also within JSON, with every secret, and the credentials of every URL in it, replaced. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const withoutSecrets = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .reduce((rest, spelling) => rest.replaceAll(spelling, "***"), text);
  // Up to the last @, since people write one in a password; a bounded scheme keeps long texts fast.
  return withoutSecrets.replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/?#"\\]|\\.)*@/gi, "$1***@");
}

/** A pino logger that writes JSON lines, or lines for people, with secrets taken out at the writer. */
export async function createLog({
  level,
  format,
  colored = false,
  secrets,
  write,
}: LogOptions): Promise<Logger> {
  const { pino } = await import("pino");
  const shown = format === "json" ? (line: string) => line : await prettyLines(colored);
  // Before it is made pretty, which has ways of its own to write a quote or a backslash.
  const destination = { write: (line: string) => write(shown(redact(line, secrets))) };
  const formatters = { level: (label: string) => ({ level: label }) };
  const { isoTime } = pino.stdTimeFunctions;
  return pino({ level, base: null, timestamp: isoTime, formatters }, destination);
}

async function prettyLines(colorize: boolean): Promise<(line: string) => string> {
  const { prettyFactory } = await import("pino-pretty");
  return prettyFactory({ colorize, translateTime: "SYS:HH:MM:ss.l", singleLine: true, ignore: "event,code" });
}
