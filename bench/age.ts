import { type Figure, growthOf, rowsOf } from "./age/figures.ts";
import { makeFrames } from "./age/frames.ts";
import { runLive } from "./age/run.ts";
import { readOptions } from "./support/command-line.ts";
import { type Columns, report, type Target } from "./support/report.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

const columns: Columns<Figure> = {
  median: ["median ms", 1],
  p99: ["p99 ms", 1],
  most: ["most ms", 1],
  pictures: ["pictures", 0],
};

/** The camera's resolution and detect's: usual, or so large that detect analyzes about 5 frames a second. */
const usual = { width: 640, frames: 1332, detectWidth: 320 };
const overloaded = { width: 1920, frames: 600, detectWidth: 1920 };

await runBenchmark(async () => {
  const { numbers, switches, json } = readOptions({ seconds: 60 }, ["slow"]);
  const { seconds } = numbers;
  const { width, frames: count, detectWidth } = switches.slow ? overloaded : usual;
  const frames = await makeFrames(width, count);
  const outcome = await runLive(frames.folder, seconds, detectWidth).finally(() => frames.remove());
  const { ages, sent, unreadable, log } = outcome;
  process.stderr.write(
    `${sent} frames sent, ${unreadable} pictures without a readable number; detect's log:\n${log}`,
  );
  const rows = rowsOf(ages, Math.min(60, seconds / 2));
  const { slope, standardError } = growthOf(ages);
  const growth: Target = {
    what: `growth, ms a minute: ${slope.toFixed(2)} +- ${standardError.toFixed(2)}; less two standard errors`,
    value: slope - 2 * standardError,
    atMost: 1,
  };
  const medianAge: Target = {
    what: "median age, ms",
    value: rows.get("all")?.median.median ?? Number.NaN,
    atMost: 60,
  };
  report(
    `age: from the camera sending a frame, ${width} pixels wide, 30 frames/s, to its face at a subscriber`,
    columns,
    rows,
    switches.slow ? [growth] : [medianAge, growth],
    json,
  );
});
