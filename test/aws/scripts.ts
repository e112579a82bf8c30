import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.ts";

export const folder = fileURLToPath(new URL("../../deploy/aws", import.meta.url));

export interface Ended {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export type Settings = Readonly<Record<string, string>>;

const someSettings: Settings = {
  NAME: "pipeline",
  REGION: "eu-central-1",
  BUCKET: "faces-of-pipeline",
  PREFIX: "site-a",
  ALLOW_FROM: "203.0.113.7/32 2001:db8::/48",
};

/** Runs `up.sh` or `down.sh` with its own settings file. */
export async function runScript(
  t: TestContext,
  script: "up.sh" | "down.sh",
  settings: Settings,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  const file = join(emptyFolder(t), "settings");
  const lines = Object.entries({ ...someSettings, ...settings }).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, lines.join("\n"));
  const child = spawn(join(folder, script), ["--settings", file, ...args], {
    env: { ...process.env, AWS_ENDPOINT_URL_S3: undefined, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}
