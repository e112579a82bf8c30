import { setTimeout as delay } from "node:timers/promises";
import type { Application } from "./application.ts";
import type { Pod } from "./pod.ts";

/** The sum of a pod's counter or gauge over all its labels. */
export async function metric(pod: Pod, name: string): Promise<number> {
  const response = await fetch(`http://${pod.address}:8080/metrics`);
  const lines = (await response.text()).split("\n").filter((line) => line.match(/^\w+/)?.[0] === name);
  return lines.map((line) => Number(line.split(" ").at(-1))).reduce((sum, value) => sum + value, 0);
}

/** Waits until a metric of a workload, summed over its pods, has increased by `more`. */
export async function waitForIncrease(
  application: Application,
  workload: string,
  name: string,
  more: number,
): Promise<void> {
  const enough = (await total(application, workload, name)) + more;
  while ((await total(application, workload, name)) < enough) await delay(200);
}

/** Waits until a metric of a workload, summed over its pods, is at most `limit`. */
export async function waitForAtMost(
  application: Application,
  workload: string,
  name: string,
  limit: number,
): Promise<void> {
  while ((await total(application, workload, name)) > limit) await delay(200);
}

async function total(application: Application, workload: string, name: string): Promise<number> {
  const counts = await Promise.all(application.of(workload).map((pod) => metric(pod, name)));
  return counts.reduce((sum, value) => sum + value, 0);
}
