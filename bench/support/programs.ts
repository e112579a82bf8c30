import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnWithUs } from "../../test/support/commands.ts";
import { BenchmarkError } from "./benchmark-error.ts";

/** The Python of Debian's python3-opencv, python3-paho-mqtt and python3-boto3. */
export const python = "/usr/bin/python3";
const ownBinary = fileURLToPath(new URL("../../bin/facepipe.js", import.meta.url));
/** The build to measure: this one, or another to compare with. */
const { BENCH_BINARY: binary = ownBinary } = process.env;

export type Environment = Readonly<Record<string, string>>;

/** A program under measurement. */
export interface Program {
  readonly pid: number;
  readonly process: ChildProcessWithoutNullStreams;
  /** The end of its stderr. */
  log(): string;
  /** Asks it to stop (SIGTERM); resolves when it has ended. */
  stop(): Promise<void>;
  /** Rejects, with the program's stderr, when it ends before it is stopped. */
  readonly failed: Promise<never>;
}

export function facepipeCommand(...args: readonly string[]): string[] {
  return [process.execPath, binary, ...args];
}

export function peerCommand(file: string, ...args: readonly string[]): string[] {
  return [python, fileURLToPath(new URL(`../peers/${file}`, import.meta.url)), ...args];
}

export function startProgram([command = "", ...args]: readonly string[], env: Environment = {}): Program {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const child =
    settings.length > 0 ? spawnWithUs("env", [...settings, command, ...args]) : spawnWithUs(command, args);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-4000)));
  child.stdout.resume();
  const closed = once(child, "close");
  let stopping = false;
  const failed = closed.then(() => {
    if (stopping) return new Promise<never>(() => undefined);
    throw new BenchmarkError(`${[command, ...args].join(" ")} ended:\n${stderr}`);
  });
  failed.catch(() => undefined);
  const stop = async () => {
    stopping = true;
    child.kill("SIGTERM");
    await closed;
  };
  // setpriv and env exec the program: the process is the same.
  return { pid: child.pid ?? 0, process: child, log: () => stderr, stop, failed };
}
