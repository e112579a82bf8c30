import { connect } from "node:net";
import type { TestContext } from "node:test";
import { tcpServer } from "../support/tcp-server.ts";

/**
 * One address for several servers, as a load balancer has it: passes each connection on to the first that accepts one.
 * Returns its URL; it stops when the test ends.
 */
export function startFailoverProxy(t: TestContext, urls: readonly string[]): Promise<string> {
  return tcpServer(t, (client) => {
    const tryNext = ([url, ...others]: readonly string[]): void => {
      if (url === undefined || client.destroyed) return void client.destroy();
      const { hostname, port } = new URL(url);
      const broker = connect(Number(port), hostname);
      const onRefused = () => tryNext(others);
      broker.once("error", onRefused).once("connect", () => {
        broker.off("error", onRefused).on("error", () => broker.destroy());
        if (client.destroyed) return void broker.destroy();
        client.once("close", () => broker.destroy()).pipe(broker);
        broker.once("close", () => client.destroy()).pipe(client);
      });
    };
    tryNext(urls);
  });
}
