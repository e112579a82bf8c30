import { describe } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { eventFields } from "../base/log-events.ts";
import type { ConnectionExtension } from "./connection.ts";
import { subscribeOptionally } from "./optional-subscription.ts";

/** Where Mosquitto publishes how many messages it holds: those queued for clients, and the retained ones. */
export const queueSizeTopic = "$SYS/broker/store/messages/count";

/**
 * Reports how many messages the broker holds, as often as the broker publishes it: every 10 s by default. Without
 * `subscribe` it only discards the reports that the subscription of an earlier run still delivers to the session.
 */
export function brokerQueueSize(
  log: Logger,
  subscribe: boolean,
  report: (messages: number) => void,
): ConnectionExtension {
  let isWarned = false;
  const onRefused = (error: unknown): void => {
    // Access rules forbid it, or the broker has no such topic: no reason to store nothing.
    const message = `the broker does not publish how many messages it holds: ${describe(error)}`;
    log[isWarned ? "debug" : "warn"](eventFields("broker_feature_missing", error), message);
    isWarned = true;
  };
  return {
    route: (router) =>
      router.listen(queueSizeTopic, ({ payload }) => {
        const messages = Number(payload.toString());
        if (subscribe && Number.isSafeInteger(messages)) report(messages);
        return true;
      }),
    connected: async ({ client }) => {
      if (subscribe) await subscribeOptionally(client, queueSizeTopic, { qos: 0 }, onRefused);
    },
  };
}
