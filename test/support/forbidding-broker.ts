import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { Aedes } from "aedes";

/**
 * A broker, of MQTT 3.1.1, that refuses subscriptions that match, which Mosquitto's access lists cannot, and ends the
 * connection of a client that publishes to a topic that matches, as AWS IoT does. Returns its URL.
 */
export async function startForbiddingBroker(t: TestContext, forbidden: RegExp): Promise<string> {
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, { topic }, answer) =>
      answer(forbidden.test(topic) ? new Error("forbidden") : null),
    authorizeSubscribe: (_client, subscription, answer) =>
      answer(null, forbidden.test(subscription.topic) ? null : subscription),
  });
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
