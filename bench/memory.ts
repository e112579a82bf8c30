import { startMosquitto } from "../test/support/mosquitto.ts";
import { type Sample, sampleMemory } from "./memory/samples.ts";
import { readOptions } from "./support/command-line.ts";
import { yunetArguments } from "./support/detect.ts";
import { linearRegression } from "./support/linear-regression.ts";
import { facepipeCommand, startProgram } from "./support/programs.ts";
import { type Columns, report, type Target } from "./support/report.ts";
import { summarizeRuns } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";
import { webcamVideo } from "./support/videos.ts";

type Figure = "resident" | "own" | "vision" | "proportional";

const columns: Columns<Figure> = {
  resident: ["resident MB", 0],
  own: ["of the supervisor", 0],
  vision: ["of the worker", 0],
  proportional: ["proportional MB", 0],
};

/** Share of the run until the heaps have reached their size and the code is compiled. */
const warmUp = 0.1;

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ seconds: 600 });
  const { seconds } = numbers;
  const broker = await startMosquitto({ maxQueued: 0 });
  const video = ["--camera", webcamVideo(), "--loop", "--broker", broker.url];
  const detect = startProgram(facepipeCommand("detect", ...video, ...yunetArguments(), "--emit", "all"));
  const samples = await sampleMemory(detect, seconds).finally(async () => {
    await detect.stop();
    await broker.stop();
  });
  process.stderr.write(`detect's log:\n${detect.log()}`);
  const warm = samples.slice(samples.length * warmUp);
  const late = samples.slice(samples.length / 2);
  const rows = new Map([
    ["whole run", summarizeRuns<Figure>(samples)],
    ["after the first tenth", summarizeRuns<Figure>(warm)],
    ["second half", summarizeRuns<Figure>(late)],
  ]);
  report(
    `memory: detect with yunet on a looped 640x480 video at full speed, all faces published, ${seconds} s`,
    columns,
    rows,
    [
      {
        what: "peak resident memory of both processes, MB",
        value: rows.get("whole run")?.resident.most ?? Number.NaN,
        atMost: 300,
      },
      growth("after the first tenth", warm),
      growth("in the second half", late),
    ],
    json,
  );
});

function growth(when: string, samples: readonly Sample[]): Target {
  const { slope, standardError } = linearRegression(
    samples.map(({ hours, resident }) => ({ x: hours, y: resident })),
  );
  const rate = `${slope.toFixed(1)} +- ${standardError.toFixed(1)}`;
  return {
    what: `growth ${when}, MB an hour: ${rate}; less two standard errors`,
    value: slope - 2 * standardError,
    atMost: 5,
  };
}
