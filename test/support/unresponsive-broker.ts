import type { TestContext } from "node:test";
import { Aedes } from "aedes";
import { listenOn } from "./aedes-server.ts";

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
  return { url: await listenOn(t, broker), stuck };
}
