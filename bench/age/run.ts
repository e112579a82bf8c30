import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startMosquitto } from "../../test/support/mosquitto.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import { yunetArguments } from "../support/detect.ts";
import { facepipeCommand, startProgram } from "../support/programs.ts";
import { type Age, agesOf, type Event } from "./ages.ts";
import { subscribe } from "./arrivals.ts";
import { margin } from "./frame-number.ts";

export interface Outcome {
  readonly ages: readonly Age[];
  /** Frames that the camera sent between the first arrival and the last. */
  readonly sent: number;
  /** Pictures whose number could not be read. */
  readonly unreadable: number;
  /** The end of detect's log. */
  readonly log: string;
}

const fps = 30;
/** Timeout for the first face, milliseconds. */
const timeout = 30_000;

/** Runs a camera, detect, Mosquitto and a subscriber for `seconds` after the first picture. */
export async function runLive(folder: string, seconds: number, detectWidth: number): Promise<Outcome> {
  const broker = await startMosquitto({ maxQueued: 0 });
  const script = fileURLToPath(new URL("../support/mjpeg-camera.ts", import.meta.url));
  const camera = startProgram([process.execPath, "--import", "tsx", script, folder, String(fps)]);
  const lines = createInterface({ input: camera.process.stdout });
  const sent: Event[] = [];
  const stops = [() => camera.stop(), () => broker.stop()];
  try {
    const [port] = await Promise.race([once(lines, "line"), camera.failed]);
    lines.on("line", (line) => {
      const [number = Number.NaN, time = Number.NaN] = line.split(" ").map(Number);
      sent.push({ number, time });
    });
    const arrivals = await subscribe(broker.url);
    stops.unshift(() => arrivals.stop());
    const source = ["--camera", `http://127.0.0.1:${port}/`, "--broker", broker.url];
    const output = ["--emit", "all", "--margin", String(margin), "--format", "jpeg"];
    const detector = [...yunetArguments(), "--detect-width", String(detectWidth)];
    const detect = startProgram(facepipeCommand("detect", ...source, ...output, ...detector));
    stops.unshift(() => detect.stop());
    await Promise.race([arrivals.first, rejectAfterTimeout(), detect.failed, camera.failed]);
    await Promise.race([delay(seconds * 1000), detect.failed, camera.failed]);
    await detect.stop();
    const { events, unreadable } = arrivals;
    const [from, to] = [events[0]?.time ?? 0, events.at(-1)?.time ?? 0];
    return {
      ages: agesOf(sent, events),
      sent: sent.filter(({ time }) => time >= from && time <= to).length,
      unreadable: unreadable(),
      log: detect.log(),
    };
  } finally {
    for (const stop of stops) await stop();
  }
}

async function rejectAfterTimeout(): Promise<never> {
  await delay(timeout, undefined, { ref: false });
  throw new BenchmarkError(`no face arrived within ${timeout / 1000} s`);
}
