import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const { PATH = "" } = process.env;

/** Debian keeps servers in sbin, Homebrew in folders of its own; neither is always on a user's PATH. */
const folders = [...PATH.split(delimiter), "/usr/sbin", "/opt/homebrew/sbin", "/usr/local/sbin"];

/** The path of a command, or undefined when this machine has none. */
export function findCommand(name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const running = new Set<ChildProcessWithoutNullStreams>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface SpawnOptions {
  /** The whole environment; absent: this process's. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
}

/**
 * Starts `command` with pipes, so that it ends when this process ends. On Linux the kernel ends it however this
 * process ends (prctl PR_SET_PDEATHSIG, which setpriv sets); elsewhere only an orderly exit does.
 */
export function spawnWithUs(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcessWithoutNullStreams {
  const program = findCommand(command) ?? command;
  const setpriv = findCommand("setpriv");
  const child = setpriv
    ? spawn(setpriv, ["--pdeathsig", "KILL", "--", program, ...args], options)
    : spawn(program, args, options);
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
}
