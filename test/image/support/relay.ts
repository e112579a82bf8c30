import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import type { TestContext } from "node:test";

/** Relays TCP connections from a free port on `address` to `port` on 127.0.0.1; returns the free port. */
export async function startRelay(
  t: Pick<TestContext, "after">,
  address: string,
  port: number,
): Promise<number> {
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    client.pipe(target).pipe(client);
    // When either side closes, close the other.
    client.once("error", () => target.destroy()).once("close", () => target.destroy());
    target.once("error", () => client.destroy()).once("close", () => client.destroy());
  });
  server.listen(0, address);
  await once(server, "listening");
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}
