import { setTimeout as delay } from "node:timers/promises";
import { startMosquitto } from "../test/support/mosquitto.ts";
import { makeFrames } from "./age/frames.ts";
import { startCamera } from "./support/camera.ts";
import { readOptions } from "./support/command-line.ts";
import { yunetArguments } from "./support/detect.ts";
import { cpuSeconds, descendants, memory } from "./support/processes.ts";
import { facepipeCommand, startProgram } from "./support/programs.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

type Figure = "memory" | "cpu" | "cpuPerCamera";

const columns: Columns<Figure> = {
  memory: ["proportional memory, MB", 0],
  cpu: ["CPU, % of a core", 1],
  cpuPerCamera: ["% for each camera", 1],
};
const counts = [1, 2, 4, 8] as const;
const fps = 30;
/** JPEGs that each camera repeats. */
const frameCount = 300;
/** Until all cameras are open and the first faces were published, seconds. */
const start = 10;

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 1, seconds: 20 });
  const frames = await makeFrames(640, frameCount);
  const broker = await startMosquitto({ maxQueued: 0 });
  const measure = async (count: number): Promise<Record<Figure, number>> => {
    const cameras = await Promise.all(Array.from({ length: count }, () => startCamera(frames.folder, fps)));
    const failed = cameras.map((camera) => camera.failed);
    const sources = cameras.flatMap(({ url }) => ["--camera", url]);
    const output = ["--broker", broker.url, ...yunetArguments(), "--emit", "best"];
    const detect = startProgram(facepipeCommand("detect", ...sources, ...output));
    try {
      await Promise.race([delay(start * 1000), detect.failed, ...failed]);
      const before = cpuSeconds(detect.pid);
      await Promise.race([delay(numbers.seconds * 1000), detect.failed, ...failed]);
      const cpu = ((cpuSeconds(detect.pid) - before) * 100) / numbers.seconds;
      const { proportional } = memory(detect.pid, ...descendants(detect.pid));
      return { memory: proportional, cpu, cpuPerCamera: cpu / count };
    } finally {
      await detect.stop();
      await Promise.all(cameras.map((camera) => camera.stop()));
    }
  };
  const nameOf = (count: number) => `${count} ${count === 1 ? "camera" : "cameras"}`;
  const results = await runRounds(
    counts.map((count) => ({ name: nameOf(count), run: () => measure(count) })),
    numbers.rounds,
  ).finally(async () => {
    await broker.stop();
    await frames.remove();
  });
  const median = (count: number, figure: Figure) => results.get(nameOf(count))?.[figure].median ?? Number.NaN;
  report(
    "cameras: MJPEG, 640x480 at 30 frames/s, always a person in view; one detect, yunet, best",
    columns,
    results,
    [
      { what: "proportional memory with 8 cameras, MB", value: median(8, "memory"), atMost: 700 },
      {
        what: "CPU for each of 8 cameras to that of one alone",
        value: median(8, "cpuPerCamera") / median(1, "cpuPerCamera"),
        atMost: 1.1,
      },
    ],
    json,
  );
});
