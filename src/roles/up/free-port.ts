import { once } from "node:events";
import { createServer } from "node:net";
import type { HttpAddress } from "../../settings/common-options.ts";

/** Ports that are tried, one after the other. */
const mostPorts = 20;

/** This address, or the next port that is free. */
export async function withFreePort({ host, port }: HttpAddress): Promise<HttpAddress> {
  for (let tried = port; tried < port + mostPorts; tried++)
    if (await isFree(host, tried)) return { host, port: tried };
  return { host, port: 0 };
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
