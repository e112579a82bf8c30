import { cpus } from "node:os";
import { cascadeFile } from "../src/vision/worker/detectors/haar-cascade.ts";
import { startMosquitto } from "../test/support/mosquitto.ts";
import { facepipe, python, type Run } from "./detect/implementations.ts";
import { beyondBeginning, makeEmptyVideos } from "./idle/empty-video.ts";
import { readOptions } from "./support/command-line.ts";
import { yunetArguments } from "./support/detect.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

type Figure = "cpuMs" | "frames" | "analyzed" | "start" | "faces";

const columns: Columns<Figure> = {
  cpuMs: ["CPU ms/frame", 2],
  // detect does not report frames that it skipped after the last analyzed one.
  frames: ["frames", 0],
  analyzed: ["analyzed", 0],
  start: ["CPU s of the first second", 2],
  faces: ["faces", 0],
};
const names = { python: "Python (cv2 Haar, paho)", ours: "facepipe detect, yunet" };

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 3 });
  const videos = await makeEmptyVideos();
  const broker = await startMosquitto({ maxQueued: 0 });
  const task = { cascade: cascadeFile(), broker, core: cpus().length - 1 };
  const beyondStart = async (run: (video: string) => Promise<Run>): Promise<Record<Figure, number>> => {
    const [beginning, whole] = [await run(videos.beginning), await run(videos.whole)];
    return {
      cpuMs: ((whole.cpuSeconds - beginning.cpuSeconds) * 1000) / beyondBeginning,
      frames: whole.frames,
      analyzed: whole.analyzed,
      start: beginning.cpuSeconds,
      faces: whole.faces,
    };
  };
  const ours = [...yunetArguments(), "--emit", "best"];
  const results = await runRounds(
    [
      { name: names.python, run: () => beyondStart((video) => python({ ...task, video })) },
      { name: names.ours, run: () => beyondStart((video) => facepipe({ ...task, video }, ours)) },
    ],
    numbers.rounds,
  ).finally(async () => {
    await broker.stop();
    await videos.remove();
  });
  const cpuMs = (name: string) => results.get(name)?.cpuMs.median ?? Number.NaN;
  report(
    `idle: 640x480 video of bottles and hands with nobody in it, all processes of each on core ${task.core}`,
    columns,
    results,
    [
      {
        what: "CPU per frame of facepipe to Python",
        value: cpuMs(names.ours) / cpuMs(names.python),
        atMost: 0.1,
      },
    ],
    json,
  );
});
