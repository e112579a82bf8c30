import { sleep } from "../../../base/time.ts";
import { parseSynthetic } from "../../synthetic-spec.ts";
import type { Cv } from "../opencv.ts";
import { Picture } from "../picture.ts";
import { rendererOf } from "../synthetic/draw.ts";
import type { Source } from "./source.ts";

/**
 * The built-in camera. With `seconds` it is like a file: it ends and delivers every frame. Without, it is live: late frames
 * are dropped. With pace=off no frame is late.
 */
export function openSynthetic(cv: Cv, text: string): Source {
  const spec = parseSynthetic(text);
  const { width, height } = spec;
  const render = rendererOf(spec);
  const frames = spec.seconds === undefined ? undefined : Math.round(spec.seconds * spec.fps);
  const live = frames === undefined && spec.pace;
  let clock = startClock(spec.fps);
  let next = 0;
  return {
    info: { live, frames },
    rate: live ? undefined : spec.fps,
    async read() {
      if (frames !== undefined && next >= frames) return undefined;
      const index = live ? Math.max(next, clock.newest()) : next;
      const dropped = index - next;
      next = index + 1;
      if (spec.pace) await clock.until(index);
      const draw = () => new cv.Mat(render(index), height, width, cv.CV_8UC3);
      const picture = new Picture(() => ({ mat: draw(), reduction: 1 }), { width, height });
      return { picture, capturedAt: spec.pace ? clock.time(index) : Date.now(), dropped };
    },
    rewind() {
      next = 0;
      clock = startClock(spec.fps);
    },
    close() {},
  };
}

/** When each frame is due. Waits on the monotonic clock, so that setting the wall clock does not stop the camera. */
function startClock(fps: number) {
  const wallStart = Date.now();
  const start = performance.now();
  const due = (index: number) => (index * 1000) / fps;
  const elapsed = () => performance.now() - start;
  return {
    /** The newest frame that is due. */
    newest: () => Math.floor((elapsed() * fps) / 1000),
    /** Milliseconds since 1970. */
    time: (index: number) => Math.round(wallStart + due(index)),
    async until(index: number) {
      const wait = due(index) - elapsed();
      if (wait > 0) await sleep(wait);
    },
  };
}
