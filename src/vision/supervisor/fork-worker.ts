import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** As in base/v8-heap.ts; a new process can be told the size on its command line. */
const youngGeneration = "--max-semi-space-size=2";

/** Starts a program of src/vision/worker/ in a process of its own, which has this process's options of Node.js. */
export function forkWorker(
  program: "main" | "picture-main",
  options: Pick<ForkOptions, "stdio" | "env">,
): ChildProcess {
  // The same file type as this one: .js when built, .ts under a loader.
  const module = new URL(`../worker/${program}${extname(import.meta.url)}`, import.meta.url);
  return fork(fileURLToPath(module), [], {
    ...options,
    serialization: "advanced",
    execArgv: [...inheritedOptions(), youngGeneration],
  });
}

/** Node.js's options of this process, without those of a test runner or debugger and their values. */
function inheritedOptions(): string[] {
  const options = process.execArgv;
  const isOurs = (option = "") => /^--(test|inspect|watch)/.test(option);
  const isValue = (at: number) => !options[at]?.startsWith("-") && isOurs(options[at - 1]);
  return options.filter((option, at) => !isOurs(option) && !isValue(at));
}
