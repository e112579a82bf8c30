import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startProgram } from "./programs.ts";

/** A camera of a benchmark, in a process of its own. */
export interface BenchmarkCamera {
  readonly url: string;
  /** Frames that it has sent. */
  sent(): number;
  stop(): Promise<void>;
  /** Rejects when it ends before it is stopped. */
  readonly failed: Promise<never>;
}

/** An MJPEG camera that sends the JPEGs of a folder in a loop, `fps` per second, to its first client. */
export async function startCamera(folder: string, fps: number): Promise<BenchmarkCamera> {
  const script = fileURLToPath(new URL("mjpeg-camera.ts", import.meta.url));
  const camera = startProgram([process.execPath, "--import", "tsx", script, folder, String(fps)]);
  const lines = createInterface({ input: camera.process.stdout });
  const [port] = await Promise.race([once(lines, "line"), camera.failed]);
  let sent = 0;
  lines.on("line", () => sent++);
  const { stop, failed } = camera;
  return { url: `http://127.0.0.1:${port}/`, sent: () => sent, stop, failed };
}
