import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { podman, tryPodman } from "./podman.ts";

/** The passwords in the output folder of make-secrets.sh, and a line of each private key. */
export async function secretsIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => /\.(password|key)$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts.map((text) => text.split("\n").find((line) => !line.startsWith("-----")) ?? "");
}

/** Asserts that no secret is in a container's configuration, log, or the command line or environment of a process. */
export async function assertSecretsHidden(
  secrets: readonly string[],
  containers: readonly string[],
): Promise<void> {
  assert.ok(secrets.length > 0 && secrets.every((secret) => secret.length > 8));
  for (const container of containers) {
    const visible = await everythingVisible(container);
    for (const secret of secrets) assert.ok(!visible.includes(secret), `${container} shows ${secret}`);
  }
}

async function everythingVisible(container: string): Promise<string> {
  const settings = await podman("container", "inspect", container);
  const { stdout, stderr } = await tryPodman("logs", container);
  const [, ...processes] = (await podman("top", container, "hpid")).split(/\s+/);
  const files = processes.flatMap((process) => [`/proc/${process}/cmdline`, `/proc/${process}/environ`]);
  const texts = await Promise.all(files.map((file) => readFile(file, "latin1")));
  return [settings, stdout, stderr, ...texts].join("\n");
}
