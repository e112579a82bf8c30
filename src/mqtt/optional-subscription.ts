import type { IClientSubscribeOptions, MqttClient } from "mqtt";
import { Backoff } from "../base/retry.ts";
import { sleep } from "../base/time.ts";
import { reasonCode } from "./mqtt-errors.ts";

/**
 * Waits between the attempts, milliseconds. A cluster that has just lost a node refuses subscriptions for some seconds;
 * an operator may change access rules at any time.
 */
const limits = { min: 1000, max: 5 * 60_000 };

/**
 * Subscribes to what a role can do without. If the broker refuses, calls `onRefused`, at each refusal, and keeps trying
 * while the connection lasts. Resolves when the first request is answered, or the connection has ended.
 */
export async function subscribeOptionally(
  client: MqttClient,
  filter: string,
  options: IClientSubscribeOptions,
  onRefused: (error: unknown) => void,
): Promise<void> {
  if (await isFinal(client, filter, options, onRefused)) return;
  void subscribeLater(client, filter, options, onRefused);
}

/** The same for a subscription that was refused just now. Resolves when it is granted or the connection has ended. */
export async function subscribeLater(
  client: MqttClient,
  filter: string,
  options: IClientSubscribeOptions,
  onRefused: (error: unknown) => void,
): Promise<void> {
  const backoff = new Backoff(limits);
  const ended = new AbortController();
  const end = () => ended.abort();
  client.once("close", end);
  do await sleep(backoff.next(), ended.signal);
  while (
    // MQTT.js never answers a request on a connection that has ended.
    client.connected &&
    !(await isFinal(client, filter, options, onRefused))
  );
  client.off("close", end);
}

/** Whether it is granted, or the connection has ended. */
async function isFinal(
  client: MqttClient,
  filter: string,
  options: IClientSubscribeOptions,
  onRefused: (error: unknown) => void,
): Promise<boolean> {
  try {
    await client.subscribeAsync(filter, options);
    return true;
  } catch (error) {
    if (reasonCode(error) === undefined) return true;
    onRefused(error);
    return false;
  }
}
