import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { refused } from "../../src/base/errors.ts";
import { python } from "./programs.ts";

const measure = fileURLToPath(new URL("./measure.py", import.meta.url));

export interface Measured {
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end, seconds. */
  readonly seconds: number;
  /** User and system, of all its processes, seconds. */
  readonly cpuSeconds: number;
}

/**
 * Runs a command to its end. Node.js does not tell what a child has cost; Python's os.wait4 does.
 * @throws UserError, with what the command said, when it fails.
 */
export async function runMeasured(command: readonly string[]): Promise<Measured> {
  const child = spawn(python, [measure, ...command], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const [stdout, stderr, cost] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
  ]);
  const { code, ...figures } = JSON.parse(cost || '{"code":"nothing"}');
  if (code !== 0) throw refused(`${command.join(" ")} ended with ${code}:\n${stderr.slice(-4000)}`);
  return { stdout, stderr, ...figures };
}
