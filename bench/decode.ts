import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { cascadeFile } from "../src/vision/worker/detectors/haar-cascade.ts";
import { type Mosquitto, startMosquitto } from "../test/support/mosquitto.ts";
import { type FullHdVideo, makeFullHdVideos } from "./decode/videos.ts";
import { detections, facepipe, python } from "./detect/implementations.ts";
import { countVisits } from "./detect/results.ts";
import { startCamera } from "./support/camera.ts";
import { readOptions } from "./support/command-line.ts";
import { yunetArguments } from "./support/detect.ts";
import { runMeasured } from "./support/measure.ts";
import { cpuSeconds } from "./support/processes.ts";
import { facepipeCommand, peerCommand, startProgram } from "./support/programs.ts";
import { type Columns, report } from "./support/report.ts";
import { runRounds } from "./support/rounds.ts";
import { runBenchmark } from "./support/run-benchmark.ts";

type Figure = "cpuMs";

const columns: Columns<Figure> = { cpuMs: ["CPU ms/frame", 2] };
const names = {
  decoderBusy: "H.264, a person half of the time: ffmpeg, decoding alone",
  busy: "H.264, a person half of the time: facepipe detect, yunet, best",
  pythonBusy: "H.264, a person half of the time: Python (cv2 Haar, paho), one second",
  decoderIdle: "H.264, nobody: ffmpeg, decoding alone",
  idle: "H.264, nobody: facepipe detect, yunet, best",
  readJpegs: "MJPEG over HTTP, nobody: Python (cv2), reading alone",
  jpegs: "MJPEG over HTTP, nobody: facepipe detect, yunet, best",
};
const core = cpus().length - 1;
const pinned = (command: readonly string[]) => ["taskset", "-c", String(core), ...command];
const best = [...yunetArguments(), "--emit", "best"];
/** Of the camera, frames per second. */
const cameraRate = 30;

await runBenchmark(async () => {
  const { numbers, json } = readOptions({ rounds: 3, seconds: 15 });
  const videos = await makeFullHdVideos();
  const broker = await startMosquitto({ maxQueued: 0 });
  const { busy, idle, jpegs } = videos;
  const viewer = peerCommand("read_cv2.py");
  const detect = facepipeCommand("detect", "--broker", broker.url, ...best, "--camera");
  try {
    const results = await runRounds<Figure>(
      [
        { name: names.decoderBusy, run: () => perFrame(busy, decoder) },
        { name: names.busy, run: () => perFrame(busy, (file) => ours(file, broker)) },
        { name: names.pythonBusy, run: () => pythonPerFrame(busy, broker) },
        { name: names.decoderIdle, run: () => perFrame(idle, decoder) },
        { name: names.idle, run: () => perFrame(idle, (file) => ours(file, broker)) },
        { name: names.readJpegs, run: () => ofCamera(jpegs, numbers.seconds, viewer) },
        { name: names.jpegs, run: () => ofCamera(jpegs, numbers.seconds, detect) },
      ],
      numbers.rounds,
    );
    const found = await detections(busy.whole, best);
    const { pictures, persons } = countVisits(found);
    const ratio = (a: keyof typeof names, b: keyof typeof names) =>
      (results.get(names[a])?.cpuMs.median ?? Number.NaN) /
      (results.get(names[b])?.cpuMs.median ?? Number.NaN);
    report(
      `decode: 1920x1080 at 30 frames/s, all processes of each on core ${core}`,
      columns,
      results,
      [
        {
          what: "a person half of the time: CPU to that of decoding",
          value: ratio("busy", "decoderBusy"),
          atMost: 1.8,
        },
        { what: "nobody: CPU to that of decoding", value: ratio("idle", "decoderIdle"), atMost: 1.3 },
        {
          what: "MJPEG, nobody: CPU to that of reading whole frames",
          value: ratio("jpegs", "readJpegs"),
          atMost: 1 / 3,
        },
        { what: "pictures published for ten visits with pauses", value: pictures, atLeast: 10, atMost: 10 },
        { what: "persons of the ten with one picture", value: persons, atLeast: 10 },
      ],
      json,
    );
  } finally {
    await broker.stop();
    await videos.remove();
  }
});

/** CPU time of a frame beyond the first second, which has the start of the program. */
async function perFrame(video: FullHdVideo, run: (file: string) => Promise<number>) {
  const [beginning, whole] = [await run(video.beginning), await run(video.whole)];
  return { cpuMs: ((whole - beginning) * 1000) / video.frames };
}

/** CPU seconds of FFmpeg's decoder with one thread. */
async function decoder(file: string): Promise<number> {
  const command = ["ffmpeg", "-v", "error", "-threads", "1", "-i", file, "-f", "null", "-"];
  return (await runMeasured(pinned(command))).cpuSeconds;
}

async function ours(video: string, broker: Mosquitto): Promise<number> {
  return (await facepipe({ video, broker, core }, best)).cpuSeconds;
}

/** Of the first second alone, start included: at this size a frame takes longer than the start. */
async function pythonPerFrame({ beginning: video }: FullHdVideo, broker: Mosquitto) {
  const { cpuSeconds, frames } = await python({ video, cascade: cascadeFile(), broker, core });
  return { cpuMs: (cpuSeconds * 1000) / frames };
}

/** CPU time of a program for each frame that a camera sends, from the third second on. */
async function ofCamera(folder: string, seconds: number, program: readonly string[]) {
  const camera = await startCamera(folder, cameraRate);
  try {
    const viewer = startProgram(pinned([...program, camera.url]));
    try {
      await Promise.race([delay(3000), viewer.failed, camera.failed]);
      const [cpuBefore, sentBefore] = [cpuSeconds(viewer.pid), camera.sent()];
      await Promise.race([delay(seconds * 1000), viewer.failed, camera.failed]);
      return { cpuMs: ((cpuSeconds(viewer.pid) - cpuBefore) * 1000) / (camera.sent() - sentBefore) };
    } finally {
      await viewer.stop();
    }
  } finally {
    await camera.stop();
  }
}
