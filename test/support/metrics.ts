import { setTimeout as delay } from "node:timers/promises";

/** Resolves when the metrics at `url`, which have no events to await, match. */
export async function untilMetrics(url: string, pattern: RegExp): Promise<void> {
  while (!pattern.test(await (await fetch(`${url}/metrics`)).text())) await delay(50);
}
