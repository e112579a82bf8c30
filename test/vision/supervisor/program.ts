import { Vision } from "../../../src/vision/supervisor/vision.ts";
import { keptLog, settings, workerPid } from "../harness.ts";

/* A program that reads a camera until it is killed; prints the id of its worker process. */
const { log, lines } = await keptLog("debug");
const vision = new Vision(settings("synthetic"), log, { environment: process.env });
await vision.open(new AbortController().signal);
console.log(workerPid(lines));
for await (const _ of vision.batches());
