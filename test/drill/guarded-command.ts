import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { promisify } from "node:util";

/** Runs a shell command as it is. @throws Error with what it wrote to stderr. */
export async function shell(script: string): Promise<void> {
  await promisify(execFile)("sh", ["-ec", script]);
}

/**
 * Runs `undo` when the returned function is called, or however this process ends: a shell waits until its pipe from
 * this process closes. Mounts and network namespaces outlive a process that is killed.
 */
export function undoAtEnd(undo: string): () => Promise<void> {
  const child = spawn("sh", ["-c", `cat; ${undo}`], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  child.unref();
  (child.stdin as unknown as Socket).unref();
  const closed = once(child, "close");
  return async () => {
    child.ref();
    child.stdin.end();
    await closed;
  };
}
