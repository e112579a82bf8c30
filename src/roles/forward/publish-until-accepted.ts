import { describe, hasCode, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import type { OutgoingMessage } from "../../mqtt/message.ts";
import { isAboutMessage } from "../../mqtt/mqtt-errors.ts";
import type { Publisher } from "../../mqtt/publisher.ts";
import type { RoleContext } from "../role.ts";
import { TopicVerdicts } from "./topic-verdicts.ts";

/** Waits before a message is published again that the target refused, milliseconds. */
const limits = { min: 1000, max: 60_000 };

/**
 * Publishes until the target accepts the message: an operator may change the access rules that refuse it, and until
 * then the source queues it. Rejects with a UserError when the target will never accept this message: because of what
 * it is, or because it refuses this topic while it accepts others. Each series of refusals is logged once.
 */
export function publishUntilAccepted(publisher: Publisher, { log, deadline }: RoleContext) {
  const verdicts = new TopicVerdicts();
  let isRefusing = false;
  const onRetry = (error: unknown) => {
    if (isRefusing) log.debug(describe(error));
    else log.error(eventFields("publish_retry", error), `${describe(error)}; retrying until it is accepted`);
    isRefusing = true;
  };
  return async (message: OutgoingMessage): Promise<void> => {
    const { topic } = message;
    let since = 0;
    let isGivenUp = false;
    const isTransient = (error: unknown, count: number) => {
      const now = Date.now();
      if (count === 1) since = now;
      isGivenUp =
        !hasCode(error, "BROKER_PUBLISH_REFUSED") ||
        isAboutMessage(error) ||
        verdicts.refused(topic, { count, since }, now);
      return !isGivenUp;
    };
    try {
      await keepTrying(() => publisher.publish(message), { signal: deadline, limits, isTransient, onRetry });
    } catch (error) {
      if (isGivenUp) throw error;
      throw new UserError("STOPPED", `stopped before a refused message was accepted: ${describe(error)}`);
    }
    verdicts.accepted(topic, Date.now());
    isRefusing = false;
  };
}
