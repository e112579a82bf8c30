import { doneBefore } from "../base/abort.ts";
import { describe } from "../base/errors.ts";
import { eventFields } from "../base/log-events.ts";
import type { Subscriber } from "../mqtt/subscriber.ts";
import type { RoleContext } from "./role.ts";

/**
 * Stops a role's subscriber; with `drain` it first receives all that the broker has queued for it. Returns whether
 * everything in flight finished within the grace period.
 */
export async function stopReceiving(
  subscriber: Subscriber,
  drain: boolean,
  context: RoleContext,
): Promise<boolean> {
  const canDrain = drain && subscriber.isConnected;
  return doneBefore(canDrain ? drainOrStop(subscriber, context) : subscriber.stop(), context.deadline);
}

async function drainOrStop(subscriber: Subscriber, { log, drainOnStop }: RoleContext): Promise<void> {
  try {
    await subscriber.drain();
    // In `up` it is the rule and not worth a line.
    const level = drainOnStop ? "debug" : "info";
    log[level](eventFields("drained"), "drained: the broker has no message queued for this client");
  } catch (error) {
    log.warn(
      eventFields("drain_failed", error),
      `not drained: ${describe(error)}; messages stay queued for this client`,
    );
    await subscriber.stop();
  }
}
