/** Measures one storage in a process of its own: `run-storage.ts NAME DIRECTORY BYTES AT-ONCE FACES`. */
import { randomBytes } from "node:crypto";
import { storages } from "./storages.ts";

const [, , name = "", directory = "", ...sizes] = process.argv;
const [bytes = 0, atOnce = 0, faces = 0] = sizes.map(Number);
const storage = await storages[name]?.(directory);
if (!storage) throw new Error(`there is no storage ${name}`);
const picture = randomBytes(bytes);

let seq = 0;
async function appendUntil(end: number): Promise<void> {
  const one = async () => {
    while (seq < end) await storage?.append(++seq, picture);
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

// The JIT compiler warms up: detect runs for days, and its first thousand faces cost twice as much.
const early = Math.max(3000, Math.ceil(faces / 3));
await appendUntil(early);
globalThis.gc?.();
const before = { cpu: process.cpuUsage(), at: performance.now(), memory: process.memoryUsage().rss };
await appendUntil(early + faces);
const milliseconds = performance.now() - before.at;
const { user, system } = process.cpuUsage(before.cpu);

// Sending reads every face once.
for (let each = 1; each <= seq; each++) await storage.read(each);
globalThis.gc?.();
const memory = (process.memoryUsage().rss - before.memory) / 1e6;
await storage.close();
const result = { rate: (faces * 1000) / milliseconds, cpu: (user + system) / 1000 / faces, memory };
process.stdout.write(`${JSON.stringify(result)}\n`);
