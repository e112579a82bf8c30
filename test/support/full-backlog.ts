import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { spawnWithUs } from "./commands.ts";

/** It listens, and never accepts: the event loop is blocked. */
const program = `
  const server = require("node:net").createServer().listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
    require("node:fs").writeSync(1, server.address().port + "\\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/**
 * A TCP port of 127.0.0.1 at which connections are neither accepted nor refused, as at a host that drops packets: Linux
 * ignores a SYN when the queue of a listener is full.
 */
export async function fullBacklog(t: TestContext): Promise<number> {
  const child = spawnWithUs(process.execPath, ["-e", program]);
  t.after(() => child.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as string[];
  const port = Number(line);
  const sockets: Socket[] = Array.from({ length: 8 }, () => connect({ host: "127.0.0.1", port }));
  t.after(() => sockets.forEach((socket) => void socket.destroy()));
  for (const socket of sockets) socket.on("error", () => undefined);
  // The queue takes one more than it is told to.
  await Promise.all(sockets.slice(0, 2).map((socket) => once(socket, "connect")));
  return port;
}
