import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import type { Aedes } from "aedes";

/** Lets an in-process broker listen on a free port of 127.0.0.1 until the test ends; returns its URL. */
export async function listenOn(t: TestContext, broker: Aedes): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    broker.handle(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    broker.close();
  });
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
