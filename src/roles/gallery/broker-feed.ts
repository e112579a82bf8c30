import { randomBytes } from "node:crypto";
import { parseReceipt, receiptPrefix } from "../../face/receipt.ts";
import { Subscriber } from "../../mqtt/subscriber.ts";
import type { BrokerUrl } from "../../settings/broker.ts";
import type { Settings } from "../../settings/option.ts";
import { connectionOf, stableClientId, toBroker } from "../broker-connection.ts";
import type { RoleContext } from "../role.ts";
import type { Arrivals } from "./arrivals.ts";
import type { brokerFeedOptions } from "./options.ts";

export interface BrokerFeed {
  stop(): Promise<void>;
}

/**
 * Receives faces and receipts from a broker. It is not waited for: the store can be shown without. `onState` is told when the
 * connection is made and lost.
 */
export function startBrokerFeed(
  url: BrokerUrl,
  settings: Settings<typeof brokerFeedOptions>,
  arrivals: Arrivals,
  onState: (connected: boolean) => void,
  context: RoleContext,
): BrokerFeed {
  // Two galleries on one machine must not end each other's session.
  const id = stableClientId("gallery", randomBytes(4).toString("hex"));
  const broker = toBroker(url, settings, id, Number.POSITIVE_INFINITY);
  const connection = connectionOf(broker, { role: "gallery", peer: "broker" }, context);
  const subscription = {
    filter: settings.topic,
    qos: 0 as const,
    also: { filter: `${receiptPrefix}#`, consequence: "the page cannot say which faces are stored" },
  };
  connection.add({
    route: (router) =>
      router.listen(receiptPrefix, ({ payload }) => {
        const receipt = parseReceipt(payload);
        if (receipt) arrivals.confirm(receipt);
        return true;
      }),
    connected: () => undefined,
    interrupted: () => {
      onState(false);
      return undefined;
    },
  });
  const subscriber = new Subscriber(connection, subscription, async ({ payload }) =>
    arrivals.receive(payload),
  );
  connection.add(subscriber);
  connection.add({ connected: () => onState(true) });
  connection.start(context.stop).catch(context.fail);
  return {
    stop: async () => {
      await subscriber.stop();
      await connection.stop();
    },
  };
}
