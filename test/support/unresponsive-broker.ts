import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { Aedes } from "aedes";

/**
 * A broker, of MQTT 3.1.1, that acknowledges nothing from the first message on `faces/` on, as a broker that hangs.
 * `stuck` resolves with that message: it is in flight from then on.
 */
export async function startUnresponsiveBroker(
  t: TestContext,
): Promise<{ readonly url: string; readonly stuck: Promise<void> }> {
  let isStuck: (() => void) | undefined;
  const stuck = new Promise<void>((resolve) => {
    isStuck = resolve;
  });
  let hangs = false;
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, { topic }, acknowledge) => {
      hangs ||= topic.startsWith("faces/");
      if (hangs) isStuck?.();
      else acknowledge(null);
    },
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
  return { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`, stuck };
}
