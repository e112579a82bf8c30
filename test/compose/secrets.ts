import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findCommand } from "../support/commands.ts";

const run = promisify(execFile);

/** Why secrets cannot be created here; for `skip`. */
export function opensslMissing(): string | undefined {
  return findCommand("openssl") ? undefined : "needs openssl (Debian: openssl)";
}

/** Runs make-secrets.sh and returns its output; rejects with its `stderr` and `code`. */
export async function makeSecrets(folder: string, names: readonly string[]): Promise<string> {
  const { stdout } = await run("deploy/make-secrets.sh", [folder, ...names]);
  return stdout;
}

export async function openssl(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("openssl", args);
  return stdout;
}
