import { spawn, spawnSync } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SetupFailure } from "./report.mjs";

const logs = join(".cache", "logs");

/** A command's stdout, or undefined when it fails or does not exist. */
export function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout : undefined;
}

/**
 * Runs a command with its output in a log file; `onLine` is called with each line of stdout.
 * Fails with the log's last lines and `remedy`.
 */
export async function runLogged(name, command, args, remedy, { cwd, env = process.env, onLine } = {}) {
  mkdirSync(logs, { recursive: true });
  const path = join(logs, `${name}.log`);
  const log = createWriteStream(path);
  const child = spawn(command, args, { cwd, env, stdio: ["inherit", "pipe", "pipe"] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  if (onLine) createInterface({ input: child.stdout }).on("line", onLine);
  const code = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", resolve);
  });
  await new Promise((resolve) => log.end(resolve));
  if (code === 0) return;
  const last = readFileSync(path, "utf8").trimEnd().split("\n").slice(-15).join("\n");
  throw new SetupFailure(`${last}\n\n${command} failed (${code}); all its output is in ${path}`, remedy);
}

/** Runs a command as if it replaced this process: with its terminal, signals and exit code. */
export async function runInPlace(command, args) {
  const child = spawn(command, args, { stdio: "inherit" });
  // Ctrl-C reaches the child too, which is in the same foreground process group; the child decides when to end.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code, signal] = await new Promise((resolve) => {
    child.once("close", (...end) => resolve(end));
  });
  process.exitCode = code ?? 128 + constants.signals[signal];
}
