import { setTimeout as delay } from "node:timers/promises";
import type { Container, Probe } from "kubernetes-types/core/v1.js";
import { podman } from "./podman.ts";
import { type ProbeTarget, runProbe } from "./probe.ts";

/** Runs the probes of one container, as the kubelet does. */
export class Prober {
  /** The restarts after failed liveness probes, with the reasons. */
  readonly failures: string[] = [];
  readonly #container: Container;
  readonly #target: ProbeTarget;
  readonly #ended = new AbortController();

  constructor(container: Container, target: ProbeTarget) {
    this.#container = container;
    this.#target = target;
  }

  /** Resolves when the startup probe and then the readiness probe succeed; then starts the liveness probe. */
  async ready(signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.#container;
    if (startupProbe) await this.#waitForStartup(startupProbe, signal);
    if (livenessProbe) void this.#probeLiveness(livenessProbe);
    if (!readinessProbe) return;
    for (;;) {
      const failure = await runProbe(readinessProbe, this.#target);
      if (failure === undefined) return;
      if (signal.aborted) throw new Error(`${this.#target.container} is not ready: ${failure}`);
      await delay(200);
    }
  }

  stop(): void {
    this.#ended.abort();
  }

  /** The startup probe may fail for period times threshold; it runs more often than specified, to save time. */
  async #waitForStartup(probe: Probe, signal: AbortSignal): Promise<void> {
    const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe;
    const deadline = Date.now() + 1000 * (initialDelaySeconds + periodSeconds * failureThreshold);
    for (;;) {
      const failure = await runProbe(probe, this.#target);
      if (failure === undefined) return;
      const isLate = Date.now() > deadline;
      if (isLate || signal.aborted) throw new Error(`${this.#target.container} did not start: ${failure}`);
      await delay(200);
    }
  }

  async #probeLiveness(probe: Probe): Promise<void> {
    const { signal } = this.#ended;
    const { periodSeconds = 10, failureThreshold = 3 } = probe;
    for (let failed = 0; ; ) {
      const stopped = await delay(1000 * periodSeconds, false, { signal, ref: false }).catch(() => true);
      if (stopped) return;
      const failure = await runProbe(probe, this.#target);
      failed = failure === undefined ? 0 : failed + 1;
      if (failed < failureThreshold || signal.aborted) continue;
      this.failures.push(`${this.#target.container} was restarted: ${failure}`);
      await podman("restart", this.#target.container);
      failed = 0;
    }
  }
}
