import { execFile } from "node:child_process";
import { podmanEnvironment } from "../../../scripts/image/podman.mjs";

/** A command's output and exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let environment: NodeJS.ProcessEnv | undefined;

/** Runs podman with the project's own storage and returns its stdout; rejects with its stderr when it fails. */
export async function podman(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await tryPodman(...args);
  if (code !== 0) throw new Error(`podman ${args.join(" ")}\nended with ${code}: ${stderr.trim()}`);
  return stdout.trim();
}

/** The same, for commands that may fail. */
export function tryPodman(...args: string[]): Promise<Outcome> {
  return run("podman", args);
}

/** Runs another command, which may call podman; rejects when it fails. */
export async function command(name: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(name, args);
  if (code !== 0) throw new Error(`${name} ${args.join(" ")}\nended with ${code}: ${stderr.trim()}`);
  return stdout.trim();
}

/** Whether podman has this image, for a test's `skip`. */
export async function hasImage(image: string): Promise<boolean> {
  return (await tryPodman("image", "exists", image)).code === 0;
}

function run(name: string, args: readonly string[]): Promise<Outcome> {
  environment ??= { ...process.env, ...podmanEnvironment() };
  const options = { env: environment, maxBuffer: 64 * 1024 ** 2 };
  return new Promise((resolve, reject) => {
    execFile(name, args, options, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
