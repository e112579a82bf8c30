import type { TestContext } from "node:test";
import { Aedes } from "aedes";
import { listenOn } from "./aedes-server.ts";

/**
 * A broker, of MQTT 3.1.1, that refuses subscriptions that match, which Mosquitto's access lists cannot, and ends the
 * connection of a client that publishes to a topic that matches, as AWS IoT does. The subscription to a topic that
 * matches `ending` ends the connection, too. Returns its URL.
 */
export async function startForbiddingBroker(
  t: TestContext,
  forbidden: RegExp,
  ending?: RegExp,
): Promise<string> {
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, { topic }, answer) =>
      answer(forbidden.test(topic) ? new Error("forbidden") : null),
    authorizeSubscribe: (_client, subscription, answer) => {
      if (ending?.test(subscription.topic)) return answer(new Error("forbidden"));
      return answer(null, forbidden.test(subscription.topic) ? null : subscription);
    },
  });
  return listenOn(t, broker);
}
