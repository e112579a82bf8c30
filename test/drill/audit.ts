import { once } from "node:events";
import { text } from "node:stream/consumers";
import { spawnWithUs } from "../support/commands.ts";
import { binary, cleanEnvironment } from "../support/facepipe.ts";
import type { Target } from "./target.ts";

/** What a drill needs of the document of `facepipe audit --json`. */
export interface Audit {
  readonly complete: boolean;
  readonly missing: number;
  readonly doubled: number;
}

/** Runs `facepipe audit --json`; exit code 1 says that faces are missing or doubled. @throws Error for any other. */
export async function audit({ audit: { args, env } }: Pick<Target, "audit">): Promise<Audit> {
  const child = spawnWithUs(process.execPath, [binary, "audit", ...args, "--json"], {
    env: { ...cleanEnvironment(), ...env },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  if (stdout.trim() === "") throw new Error(`facepipe audit ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Whether the built facepipe has an option or a command: its help says so. */
export async function hasOption(role: string, option: string): Promise<boolean> {
  const child = spawnWithUs(process.execPath, [binary, role, "--help"], { env: cleanEnvironment() });
  const [help] = await Promise.all([text(child.stdout), once(child, "close")]);
  return help.includes(`${option} `);
}
