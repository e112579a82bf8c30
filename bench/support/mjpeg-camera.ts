import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "./clock.ts";

/**
 * An MJPEG camera in a process of its own, so that nothing delays it: `mjpeg-camera.ts FOLDER FPS` sends the JPEGs of a
 * folder, by name, in a loop, as multipart/x-mixed-replace to its first client. It prints its port, and then for each
 * frame, before sending it, its index in the folder and the time.
 */
const [folder = "", rate] = process.argv.slice(2);
const frames = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(join(folder, name)));

const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
const [, viewer] = (await once(server, "request")) as [unknown, ServerResponse];
viewer.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });

const begun = performance.now();
for (let nth = 0; !viewer.destroyed; nth++) {
  // Scheduled from the start, not from the previous frame: delays do not accumulate.
  await delay(begun + (nth * 1000) / Number(rate) - performance.now());
  const jpeg = frames[nth % frames.length] ?? Buffer.of();
  // As a camera does: a client that has not received the last frame yet does not get this one.
  if (viewer.writableNeedDrain) continue;
  process.stdout.write(`${nth % frames.length} ${now()}\n`);
  viewer.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
  viewer.write(jpeg);
  viewer.write("\r\n");
}
server.close();
