import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import type { Connection, ConnectionExtension } from "./connection.ts";
import { allStatuses, readStatus, statusPrefix } from "./presence.ts";

/** Publishes our presence whenever a RoleWaiter requests it. */
export function presenceResponder(connection: Connection): ConnectionExtension {
  const { log, broker } = connection.options;
  return {
    route: (router) =>
      router.listen(statusPrefix, ({ topic, payload }) => {
        const status = readStatus(topic, payload);
        if (status?.state === "arriving") connection.announce();
        return status !== undefined;
      }),
    connected: async ({ client, version }) => {
      // Retained presence is of no use here (MQTT 5 section 3.8.3.1).
      const live = version === "5" ? { rh: 2 } : {};
      try {
        await client.subscribeAsync(allStatuses, { qos: 0, ...live });
      } catch (error) {
        const why = `since ${allStatuses} is not allowed: ${describe(error)}`;
        const message = `forward --after cannot detect this role at ${broker.href}, ${why}`;
        log.warn(eventFields("broker_feature_missing", error), message);
      }
    },
  };
}
