import { refused } from "../../base/errors.ts";
import type { Mat, VideoCapture } from "../opencv.ts";
import { Backlog } from "./backlog.ts";
import type { Source } from "./source.ts";

/** A camera or network stream that is being captured: gives the newest frame, and fails when frames stop. */
export function liveSource(capture: VideoCapture, name: string): Source {
  const backlog = new Backlog(performance.now());
  const read = (): Mat => {
    const start = performance.now();
    const before = process.cpuUsage();
    const mat = capture.read();
    const { user, system } = process.cpuUsage(before);
    const now = performance.now();
    backlog.note(now - start, (user + system) / 1000, now);
    if (mat.empty) throw refused(`the camera ${name} gives no frames`, "Check its cable or network");
    return mat;
  };
  return {
    info: { live: true },
    async read() {
      let mat = read();
      let dropped = 0;
      while (backlog.isBehind(dropped)) {
        mat.release();
        mat = read();
        dropped++;
      }
      return { mat, capturedAt: Date.now(), dropped };
    },
    rewind() {},
    close: () => capture.release(),
  };
}
