import { once } from "node:events";
import { parseSynthetic } from "../../../../../src/vision/synthetic-spec.ts";
import { loadOpenCv } from "../../../../../src/vision/worker/opencv.ts";
import { rendererOf } from "../../../../../src/vision/worker/synthetic/draw.ts";
import { spawnWithUs } from "../../../../support/commands.ts";
import { freePort } from "../../../../support/ports.ts";
import { rtspServer } from "../../../../support/rtsp-server.ts";
import { mjpegSender } from "../mjpeg-server.ts";
import { writeStamp } from "./stamp.ts";

/*
 * A network camera in a process of its own: each frame shows when it was captured. Arguments: mjpeg or rtsp, frames per
 * second, and the interval of sending, ms (0: at once; a poor network delivers frames in bursts). Prints its URL.
 */
const [kind = "mjpeg", ...numbers] = process.argv.slice(2);
const [fps = 30, burst = 0] = numbers.map(Number);
const cv = loadOpenCv();
const spec = parseSynthetic("synthetic");
const picture = new cv.Mat(Buffer.from(rendererOf(spec)(0)), spec.height, spec.width, cv.CV_8UC3);
const send = kind === "rtsp" ? await overRtsp() : await overHttp();
const start = performance.now();
let captured = 0;
let sentAt = start;
let waiting: Buffer[] = [];
setInterval(() => {
  const now = performance.now();
  if (now - start < (captured * 1000) / fps) return;
  captured++;
  writeStamp(cv, picture, Date.now() % 2 ** 32);
  waiting.push(kind === "rtsp" ? Buffer.from(picture.getData()) : cv.imencode(".jpg", picture));
  if (now - sentAt < burst) return;
  sentAt = now;
  waiting.forEach(send);
  waiting = [];
}, 1);

async function overHttp() {
  const camera = await mjpegSender();
  console.log(camera.url);
  return camera.send;
}

/** H.264 from ffmpeg, which holds back one frame (measured at its UDP port), through GStreamer's RTSP server, which does not. */
async function overRtsp() {
  const port = await freePort();
  const caps = "application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96";
  const input = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "640x480", "-r", String(fps), "-i", "-"];
  const codec = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"];
  const output = ["-g", String(fps), "-f", "rtp", `rtp://127.0.0.1:${port}`];
  const encoder = spawnWithUs("ffmpeg", ["-v", "error", ...input, ...codec, ...output]);
  encoder.stdout.resume();
  encoder.stderr.pipe(process.stderr);
  await once(encoder, "spawn");
  const { url } = await rtspServer(
    `( udpsrc port=${port} caps="${caps}" ! rtph264depay ! h264parse ! rtph264pay name=pay0 config-interval=1 )`,
  );
  console.log(url);
  return (frame: Buffer) => encoder.stdin.write(frame);
}
