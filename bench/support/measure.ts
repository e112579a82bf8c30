import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { BenchmarkError } from "./benchmark-error.ts";
import { python } from "./programs.ts";

const measure = fileURLToPath(new URL("./measure.py", import.meta.url));

export interface Measured {
  readonly stdout: string;
  readonly stderr: string;
  /** Elapsed from start to end, seconds. */
  readonly seconds: number;
  /** User and system CPU time of all its processes, seconds. */
  readonly cpuSeconds: number;
  /** Largest resident memory of one of them, MB. */
  readonly peakMemory: number;
}

/**
 * Runs a command to its end. Python's os.wait4 reports its resource usage, Node.js cannot.
 * @throws BenchmarkError, with the command's stderr, when it ends with another exit code than those of `expected`.
 */
export async function runMeasured(command: readonly string[], expected = [0]): Promise<Measured> {
  const child = spawn(python, [measure, ...command], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const [stdout, stderr, cost] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
  ]);
  const { code, ...figures } = JSON.parse(cost || '{"code":"nothing"}');
  if (!expected.includes(code))
    throw new BenchmarkError(`${command.join(" ")} ended with ${code}:\n${stderr.slice(-4000)}`);
  return { stdout, stderr, ...figures };
}
