import { cpus } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { cascadeFile } from "../src/vision/worker/detectors/haar-cascade.ts";
import { startMosquitto } from "../test/support/mosquitto.ts";
import { detections, type Found, facepipe, python, type Run, type Task } from "./detect/implementations.ts";
import { countFramesWithFace, countPicturesPerPerson } from "./detect/results.ts";
import { readOptions } from "./support/command-line.ts";
import { yunetArguments } from "./support/detect.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";
import { webcamVideo } from "./support/videos.ts";

type Figure = "rate" | "perCpuSecond" | "analyzed" | "faces";

const columns: Columns<Figure> = {
  rate: ["frames/s", 1],
  perCpuSecond: ["frames/CPU s", 1],
  analyzed: ["analyzed", 0],
  faces: ["faces published", 0],
};
const names = {
  python: "Python (cv2 Haar, paho)",
  haar: "facepipe detect, haar, all faces",
  yunet: "facepipe detect, yunet, the best of each visit",
};
// As the tutorial does: every frame is analyzed and every face published.
const likePython = ["--detector", "haar", "--every-frame", "--emit", "all"];

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 3 });
  const video = webcamVideo();
  const yunet = yunetArguments();
  const broker = await startMosquitto({ maxQueued: 0 });
  const task: Task = { video, cascade: cascadeFile(), broker, core: cpus().length - 1 };
  let pythonBoxes: Found[] = [];
  const runPython = async () => {
    const run = await python(task);
    pythonBoxes = run.boxes;
    return figures(run);
  };
  const results = await runRounds(
    [
      { name: names.python, run: runPython },
      { name: names.haar, run: async () => figures(await facepipe(task, likePython)) },
      { name: names.yunet, run: async () => figures(await facepipe(task, [...yunet, "--emit", "best"])) },
    ],
    numbers.rounds,
  ).finally(() => broker.stop());
  process.stderr.write("comparing detections\n");
  const ours = await detections(video, likePython);
  const same = ours.filter((face, at) => isDeepStrictEqual(face, pythonBoxes[at])).length;
  const frames = await countFramesWithFace([...yunet, "--emit", "all"]);
  const { pictures, persons } = await countPicturesPerPerson([...yunet, "--emit", "best"]);
  const toPython = (name: string, figure: Figure) =>
    (results.get(name)?.[figure].median ?? Number.NaN) /
    (results.get(names.python)?.[figure].median ?? Number.NaN);
  report(
    `detect: 640x480 webcam video, faces published to Mosquitto, all processes of each on core ${task.core}`,
    columns,
    results,
    [
      {
        what: "yunet: frames/s to Python",
        value: toPython(names.yunet, "rate"),
        atLeast: 8,
      },
      {
        what: "yunet: frames per CPU second to Python",
        value: toPython(names.yunet, "perCpuSecond"),
        atLeast: 6,
      },
      { what: "yunet: frames with the face found, of 1332", value: frames, atLeast: 1330 },
      {
        what: "yunet: pictures published for ten visits with pauses",
        value: pictures,
        atLeast: 10,
        atMost: 10,
      },
      { what: "yunet: persons of the ten with one picture", value: persons, atLeast: 10 },
      {
        what: "haar: frames per CPU second to Python",
        value: toPython(names.haar, "perCpuSecond"),
        atLeast: 0.95,
      },
      {
        what: `haar: share of Python's ${pythonBoxes.length} boxes that are the same`,
        value: ours.length === pythonBoxes.length ? same / pythonBoxes.length : 0,
        atLeast: 1,
      },
    ],
    json,
  );
});

function figures({ seconds, cpuSeconds, frames, analyzed, faces }: Run): Record<Figure, number> {
  return { rate: frames / seconds, perCpuSecond: frames / cpuSeconds, analyzed, faces };
}
