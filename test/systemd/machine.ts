import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { findCommand } from "../support/commands.ts";
import { emptyFolder } from "../support/folder.ts";

const run = promisify(execFile);

/** Why no machine can be created here; for `skip`. */
export function machineMissing(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "needs root on Linux";
  // Written for cgroup version 1, where it was tested.
  const hierarchies = readFileSync("/proc/self/cgroup", "utf8");
  if (!/:name=systemd:/.test(hierarchies)) return "needs a cgroup hierarchy name=systemd (version 1)";
  const missing = ["systemctl", "unshare", "nsenter", "ip"].find((name) => !findCommand(name));
  return missing && `needs ${missing} (Debian: systemd util-linux iproute2)`;
}

/** A machine with a running systemd, created by machine.sh. */
export class Machine {
  readonly #systemd: number;

  private constructor(systemd: number) {
    this.#systemd = systemd;
  }

  static async start(t: TestContext): Promise<Machine> {
    const folder = emptyFolder(t);
    const child = spawn("test/systemd/machine.sh", [folder], { stdio: ["ignore", "inherit", "inherit"] });
    const ended = once(child, "close");
    t.after(async () => {
      // The init process: killing it ends the whole namespace, mounts included.
      for (const pid of childrenOf(child)) process.kill(pid, "SIGKILL");
      await ended;
      removeCgroups(basename(folder));
    });
    for (;;) {
      const [systemd] = childrenOf(child);
      if (child.exitCode !== null) throw new Error("machine.sh failed");
      const machine = systemd === undefined ? undefined : new Machine(systemd);
      if (machine && (await machine.sh("systemctl is-system-running --wait").catch(() => "")) === "running")
        return machine;
    }
  }

  /** Runs a shell command in the machine; returns its stdout without trailing newlines. */
  async sh(command: string): Promise<string> {
    const namespaces = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd"];
    const target = ["--target", String(this.#systemd), ...namespaces];
    const environment = ["env", "-i", "HOME=/root", `PATH=${process.env["PATH"]}`];
    const { stdout } = await run("nsenter", [...target, ...environment, "sh", "-c", command], {
      maxBuffer: 10_000_000,
    });
    return stdout.trimEnd();
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Removes the empty cgroups that machine.sh created, deepest first. */
function removeCgroups(name: string): void {
  for (const line of readFileSync("/proc/self/cgroup", "utf8").trim().split("\n")) {
    const [, controllers = "", path = ""] = line.split(":");
    if (controllers === "" || controllers === "cpuset") continue;
    removeTree(join("/sys/fs/cgroup", controllers.replace("name=", ""), path, name));
  }
}

function removeTree(folder: string): void {
  for (const each of readdirSync(folder, { withFileTypes: true })) {
    if (each.isDirectory()) removeTree(join(folder, each.name));
  }
  rmdirSync(folder);
}
