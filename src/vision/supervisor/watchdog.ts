import { UserError } from "../../base/errors.ts";
import { cameraLabel, sourceKind } from "../source-kind.ts";
import type { WorkerExit, WorkerProcess } from "./worker-process.ts";

export function noFrameError(camera: string, ms: number): UserError {
  const code = sourceKind(camera).kind === "network" ? "CAMERA_UNREACHABLE" : "CAMERA_NO_FRAMES";
  const message = `the camera ${cameraLabel(camera)} delivered no frame within ${ms / 1000} s`;
  return new UserError(code, message, "Check that it is switched on and connected");
}

/** Waits for the worker's exit, and kills it when it sends nothing for `ms` milliseconds. */
export async function exitOrTimeout(worker: WorkerProcess, camera: string, ms: number): Promise<WorkerExit> {
  const timer = setInterval(() => {
    if (performance.now() - worker.lastMessageAt > ms) worker.kill(noFrameError(camera, ms));
  }, ms / 4);
  try {
    return await worker.exited;
  } finally {
    clearInterval(timer);
  }
}
