import { describe } from "../../../base/errors.ts";
import { eventFields } from "../../../base/log-events.ts";
import { epochTopic } from "../../../face/epoch-record.ts";
import { parseReceipt, type Receipt, receiptPrefix, receiptTopic } from "../../../face/receipt.ts";
import type { Connection, ConnectionExtension } from "../../../mqtt/connection.ts";
import { subscribeOptionally } from "../../../mqtt/optional-subscription.ts";
import { topicHint } from "../../../mqtt/topics.ts";

/**
 * Subscribes to the receipts of these topics, and passes each on. A subscription that is refused is tried again: without
 * it no face leaves the spool. Add it before the publisher.
 */
export function receiptListener(
  connection: Connection,
  topics: readonly string[],
  onReceipt: (receipt: Receipt) => void,
): ConnectionExtension {
  const { log, broker } = connection.options;
  let isWarned = false;
  const onRefused = (error: unknown): void => {
    const message = `${broker.href} does not allow this client to read ${receiptPrefix}#: ${describe(error)}`;
    const hint = topicHint(topics.join(), "--name or --topic");
    const remedy = `Allow it, or no face ever leaves the spool (or use --spool-until broker)${hint}`;
    log[isWarned ? "debug" : "warn"](eventFields("broker_feature_missing", error), `${message}. ${remedy}`);
    isWarned = true;
  };
  return {
    route: (router) =>
      router.listen(receiptPrefix, ({ payload }) => {
        const receipt = parseReceipt(payload);
        if (receipt) onReceipt(receipt);
        else log.debug("a message on a receipt's topic is no receipt");
        return true;
      }),
    connected: async ({ client }) => {
      for (const topic of topics)
        await subscribeOptionally(client, receiptTopic(topic), { qos: 1 }, onRefused);
    },
  };
}

/** The topics whose receipts a camera waits for: of its faces and of its epochs' records. */
export function confirmedTopics(camera: string, faceTopic: string): string[] {
  return [faceTopic, epochTopic(camera)];
}
