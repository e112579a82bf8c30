import { cpus } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { cascadeFile } from "../src/vision/cascade-file.ts";
import { startMosquitto } from "../test/support/mosquitto.ts";
import { type Figure, facepipe, findings, python, type Task } from "./detect/contestants.ts";
import { readChoices } from "./support/command-line.ts";
import { sharedData } from "./support/data.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";

const { numbers, json } = readChoices({ rounds: 3, faces: 500 });
const { rounds, faces } = numbers;
const video = sharedData("videos/bench_asl_webcam_640x480_30fps.mp4");
const broker = await startMosquitto({ maxQueued: 0 });
const task: Task = { video, cascade: cascadeFile(), broker, faces, core: cpus().length - 1 };

const columns: Columns<Figure> = {
  rate: ["frames/s", 1],
  perCpuSecond: ["frames/CPU s", 1],
  faces: ["faces", 0],
};

try {
  const results = await runRounds(
    [
      { name: "Python (cv2, paho)", run: () => python(task) },
      { name: "facepipe detect", run: () => facepipe(task) },
    ],
    rounds,
  );
  const perCpuSecond = (name: string) => results.get(name)?.perCpuSecond.median ?? Number.NaN;
  const { ours, theirs } = await findings(task);
  const same = ours.filter((face, at) => isDeepStrictEqual(face, theirs[at])).length;
  report(
    `detect: Haar cascade on 640x480 video, each face published, all processes of each on core ${task.core}`,
    columns,
    results,
    [
      {
        what: "frames per CPU second of facepipe to Python",
        value: perCpuSecond("facepipe detect") / perCpuSecond("Python (cv2, paho)"),
        atLeast: 0.95,
      },
      {
        what: `share of ${theirs.length} boxes that are the same`,
        value: ours.length === theirs.length ? same / theirs.length : 0,
        atLeast: 1,
      },
    ],
    json,
  );
} finally {
  await broker.stop();
}
