import { execFile } from "node:child_process";
import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findCommand } from "../support/commands.ts";

const run = promisify(execFile);
const hostUnits = "/usr/lib/systemd/system";

/** Why install.sh cannot be tested in a scratch root here; for `skip`. */
export function systemdMissing(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root, to set the owners of files";
  const commands = ["systemd-analyze", "systemd-sysusers", "systemctl", "mosquitto_passwd", "openssl"];
  const missing = commands.find((name) => !findCommand(name));
  return missing && `needs ${missing} (Debian: systemd mosquitto openssl)`;
}

/** Runs install.sh and returns its output; rejects with its `stderr` and `code`. */
export async function install(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("deploy/systemd/install.sh", args, { maxBuffer: 10_000_000 });
  return stdout;
}

/** Adds to `root` what systemd-analyze needs: the host's units, and the node that our units run. */
export async function addHostUnits(root: string): Promise<void> {
  await cp(hostUnits, join(root, hostUnits), { recursive: true, verbatimSymlinks: true });
  const node = join(root, process.execPath);
  await mkdir(dirname(node), { recursive: true });
  await writeFile(node, "");
  await chmod(node, 0o755);
}

/** The output of systemd-analyze; rejects when it fails. */
export async function analyze(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run("systemd-analyze", [...args, "--no-pager"]);
  return stdout + stderr;
}
