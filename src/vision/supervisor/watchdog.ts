import { refused, type UserError, unreachable } from "../../base/errors.ts";
import { redact } from "../../base/log.ts";
import { sourceKind } from "../source-kind.ts";
import type { WorkerExit, WorkerProcess } from "./worker-process.ts";

/** What to say of a camera that gave nothing for `ms` milliseconds. */
export function noFrameError(camera: string, ms: number): UserError {
  const message = `the camera ${redact(camera)} gave no frame within ${ms / 1000} s`;
  const remedy = "Check that it is switched on and connected";
  return sourceKind(camera).kind === "network" ? unreachable(message, remedy) : refused(message, remedy);
}

/** Waits for the end of a process, and brings it about when it has not been heard of for `ms` milliseconds. */
export async function exitOrTimeout(child: WorkerProcess, camera: string, ms: number): Promise<WorkerExit> {
  const timer = setInterval(() => {
    if (performance.now() - child.heardAt > ms) child.kill(noFrameError(camera, ms));
  }, ms / 4);
  try {
    return await child.ended;
  } finally {
    clearInterval(timer);
  }
}
