import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy in front of a broker that can inject bytes, which the client takes for the broker's. */
export async function startInjectingProxy(target: number) {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    const broker = connect(target, "127.0.0.1");
    clients.add(client);
    client.on("error", () => broker.destroy()).on("close", () => broker.destroy());
    broker.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.pipe(broker).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    inject: (bytes: Buffer) => {
      for (const client of clients) client.write(bytes);
    },
    stop: () => {
      for (const client of clients) client.destroy();
      server.close();
    },
  };
}
