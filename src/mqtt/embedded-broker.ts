import { createServer, type Server, type Socket } from "node:net";
import { systemCode } from "../base/system-errors.ts";

/**
 * A broker inside this process, for one machine without Mosquitto. It speaks MQTT 3.1.1 and keeps everything in memory:
 * suitable for a trial of the pipeline, not for keeping faces through a restart.
 */
export interface EmbeddedBroker {
  /** `mqtt://127.0.0.1:1883` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Listens on this machine only, at `preferredPort`, or at a free port if that is in use. */
export async function startEmbeddedBroker(preferredPort: number): Promise<EmbeddedBroker> {
  const { Aedes } = await import("aedes");
  const broker = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    broker.handle(socket);
  });
  const port = await listen(server, preferredPort).catch((error) => {
    if (systemCode(error) !== "EADDRINUSE") throw error;
    return listen(server, 0);
  });
  return {
    url: `mqtt://127.0.0.1:${port}`,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await new Promise<void>((resolve) => broker.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}
