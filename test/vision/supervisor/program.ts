import { Vision } from "../../../src/vision/supervisor/vision.ts";
import { keptLog, settings } from "../harness.ts";

/* A program that looks at a camera until it is killed; prints the id of its vision process. */
const { log } = await keptLog();
const vision = new Vision(settings("synthetic"), log);
await vision.open(new AbortController().signal);
console.log(vision.pid);
for await (const _ of vision.batches());
