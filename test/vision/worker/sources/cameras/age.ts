import { spawn } from "node:child_process";
import { once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loadOpenCv } from "../../../../../src/vision/worker/opencv.ts";
import { openSource } from "../../../../../src/vision/worker/sources/open.ts";
import { readStamp } from "./stamp.ts";

/*
 * Measures, with a clock in the picture, how old frames are when they are read and when they are analyzed, and the error of
 * capturedAt. Arguments: seconds for each camera, and optionally the kind of camera.
 *   node --import tsx test/vision/worker/sources/cameras/age.ts 10
 */
const [seconds, only] = [Number(process.argv[2] ?? 10), process.argv[3]];
const cv = loadOpenCv();
const program = fileURLToPath(new URL("./stamped-camera.ts", import.meta.url));
const cameras = [
  ["mjpeg", 30, 0],
  ["mjpeg", 15, 0],
  ["mjpeg", 30, 250],
  ["rtsp", 30, 0],
  ["rtsp", 15, 0],
] as const;
console.log(
  "                      |   frames          | age when read      | analyzed     | capturedAt - true",
);
console.log(
  "camera fps burst delay|   read dropped    | median   p95  last | median   p95 | median    p5   p95",
);
for (const [kind, fps, burst] of cameras)
  for (const delay of [0, 20, 40, 200]) {
    if (only && !kind.startsWith(only)) continue;
    const camera = spawn(process.execPath, ["--import", "tsx", program, kind, String(fps), String(burst)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = await once(camera.stdout, "data");
    const title = [kind.padEnd(6), fps, String(burst).padStart(5), String(delay).padStart(5)].join(" ");
    await measure(title, String(url).trim(), delay);
    camera.kill();
  }

async function measure(title: string, url: string, delay: number) {
  const opening = performance.now();
  const source = await openSource(cv, url, console.error);
  const read: number[] = [];
  const analyzed: number[] = [];
  const errors: number[] = [];
  let dropped = 0;
  let opened = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const frame = await source.read();
    if (!frame) break;
    opened ||= performance.now();
    const captured = readStamp(frame.picture.at(1).mat);
    const age = () => (Date.now() % 2 ** 32) - captured;
    read.push(age());
    errors.push((frame.capturedAt % 2 ** 32) - captured);
    dropped += frame.dropped;
    for (const done = performance.now() + delay; performance.now() < done; );
    analyzed.push(age());
    frame.picture.release();
    await turn();
  }
  source.close();
  const row = [
    `${title} | ${cell(read.length)} ${cell(dropped)}       | ${at(read, 0.5)} ${at(read, 0.95)} ${at(read.slice(-3), 0.5)}`,
    `| ${at(analyzed, 0.5)} ${at(analyzed, 0.95)} | ${at(errors, 0.5)} ${at(errors, 0.05)} ${at(errors, 0.95)}`,
    `  opened in ${(opened - opening).toFixed(0)} ms`,
  ];
  console.log(row.join(" "));
}

function cell(value: number | undefined): string {
  return (value ?? Number.NaN).toFixed(0).padStart(6);
}

/** The quantile `part` of the list. */
function at(list: number[], part: number): string {
  return cell([...list].sort((a, b) => a - b)[Math.floor((list.length - 1) * part)]);
}
