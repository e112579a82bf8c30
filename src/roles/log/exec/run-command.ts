import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { describe } from "../../../base/errors.ts";
import { systemCode, systemReason } from "../../../base/system-errors.ts";
import { within } from "../../../base/time.ts";

export interface Command {
  /** For the shell. */
  readonly text: string;
  /** On its standard input. */
  readonly input: Buffer;
  readonly environment: NodeJS.ProcessEnv;
}

/** How a command ended; `output`: the end of what it printed. */
export interface Outcome {
  readonly result: "ok" | "failed" | "timeout";
  /** Why it did not succeed, and "" otherwise. */
  readonly reason: string;
  readonly output: string;
}

/** Of what a command prints, characters. */
const keptOutput = 2000;
/** How long to wait for the rest of its output when it has ended, ms: what it has started may keep that open. */
const outputTime = 100;

/**
 * Runs a command in the shell until it ends, or until `stop` aborts: then it is killed, with all that it has started. It
 * is not started when `stop` has aborted before.
 * Never rejects.
 */
export async function runCommand(command: Command, stop: AbortSignal): Promise<Outcome> {
  let output = "";
  if (stop.aborted) return { result: "timeout", reason: "was not started: the grace period is over", output };
  try {
    const shell = start(command);
    const kill = () => killGroup(shell.pid);
    for (const stream of [shell.stdout, shell.stderr])
      stream.setEncoding("utf8").on("data", (more: string) => (output = (output + more).slice(-keptOutput)));
    // It may end, or close its standard input, without reading the picture.
    shell.stdin.on("error", () => undefined).end(command.input);
    const closed = once(shell, "close").catch(() => undefined);
    stop.addEventListener("abort", kill, { once: true });
    try {
      const [code, signal] = await once(shell, "exit");
      await within(outputTime, closed, undefined);
      if (stop.aborted) return { result: "timeout", reason: "did not end in time and was killed", output };
      if (code === 0) return { result: "ok", reason: "", output };
      const reason = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
      return { result: "failed", reason, output };
    } finally {
      stop.removeEventListener("abort", kill);
      shell.stdout.destroy();
      shell.stderr.destroy();
    }
  } catch (error) {
    const reason = systemReason(systemCode(error)) ?? describe(error);
    return { result: "failed", reason: `cannot be started: ${reason}`, output };
  }
}

/** A process group of its own can be killed as a whole, and gets no Ctrl-C of ours. */
function start({ text, environment }: Command): ChildProcessWithoutNullStreams {
  return spawn(text, { shell: true, detached: true, env: environment, stdio: "pipe" });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
