import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";

/**
 * One address for several servers, as a load balancer has it: passes each connection on to the first that accepts one.
 * Returns its URL; it stops when the test ends.
 */
export async function startFailoverProxy(t: TestContext, urls: readonly string[]): Promise<string> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    track(client).on("error", () => client.destroy());
    const tryNext = ([url, ...others]: readonly string[]): void => {
      if (url === undefined) return void client.destroy();
      const { hostname, port } = new URL(url);
      const broker = track(connect(Number(port), hostname));
      const onRefused = () => tryNext(others);
      broker.once("error", onRefused).once("connect", () => {
        broker.off("error", onRefused).on("error", () => broker.destroy());
        client.once("close", () => broker.destroy()).pipe(broker);
        broker.once("close", () => client.destroy()).pipe(client);
      });
    };
    tryNext(urls);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
