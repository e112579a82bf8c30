import { setTimeout as delay } from "node:timers/promises";
import type { Container, Probe } from "kubernetes-types/core/v1.js";
import { podman } from "./podman.ts";
import { ask, type ProbeTarget } from "./probe.ts";

/** The probes of one container, asked by this process as the kubelet would. */
export class Watch {
  /** Each time that liveness failed and the container was started again, with the reason. */
  readonly failures: string[] = [];
  readonly #container: Container;
  readonly #target: ProbeTarget;
  readonly #ended = new AbortController();

  constructor(container: Container, target: ProbeTarget) {
    this.#container = container;
    this.#target = target;
  }

  /** Resolves when the startup probe and then the readiness probe succeed; liveness is watched from then on. */
  async ready(signal: AbortSignal): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.#container;
    if (startupProbe) await this.#started(startupProbe, signal);
    if (livenessProbe) void this.#watchLiveness(livenessProbe);
    if (!readinessProbe) return;
    for (;;) {
      const wrong = await ask(readinessProbe, this.#target);
      if (wrong === undefined) return;
      if (signal.aborted) throw new Error(`${this.#target.container} is not ready: ${wrong}`);
      await delay(200);
    }
  }

  stop(): void {
    this.#ended.abort();
  }

  /** The probe may fail until its threshold times its period is over; it is asked more often, to be done sooner. */
  async #started(probe: Probe, signal: AbortSignal): Promise<void> {
    const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe;
    const deadline = Date.now() + 1000 * (initialDelaySeconds + periodSeconds * failureThreshold);
    for (;;) {
      const wrong = await ask(probe, this.#target);
      if (wrong === undefined) return;
      const late = Date.now() > deadline;
      if (late || signal.aborted) throw new Error(`${this.#target.container} did not start: ${wrong}`);
      await delay(200);
    }
  }

  async #watchLiveness(probe: Probe): Promise<void> {
    const { signal } = this.#ended;
    const { periodSeconds = 10, failureThreshold = 3 } = probe;
    for (let failed = 0; ; ) {
      const over = await delay(1000 * periodSeconds, false, { signal, ref: false }).catch(() => true);
      if (over) return;
      const wrong = await ask(probe, this.#target);
      failed = wrong === undefined ? 0 : failed + 1;
      if (failed < failureThreshold || signal.aborted) continue;
      this.failures.push(`${this.#target.container} was started again: ${wrong}`);
      await podman("restart", this.#target.container);
      failed = 0;
    }
  }
}
