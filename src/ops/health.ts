/** Returns what is wrong, or undefined when nothing is. */
export type Check = () => string | undefined;

/** The checks behind /healthz and /readyz. */
export class Health {
  readonly #liveness: Check[] = [];
  readonly #readiness: Check[] = [];
  readonly #outages: (() => number | undefined)[] = [];

  /** `/healthz` fails while the check fails: restarting the process may help. */
  addLiveness(check: Check): void {
    this.#liveness.push(check);
  }

  /** `/readyz` fails while the check fails: the role is not connected or not subscribed. */
  addReadiness(check: Check): void {
    this.#readiness.push(check);
  }

  /** Registers a connection: since when it is down, milliseconds since 1970; undefined while it is up. */
  addOutage(downSince: () => number | undefined): void {
    this.#outages.push(downSince);
  }

  /** For how long a connection is down, milliseconds; the longest of them. */
  get outage(): number {
    const now = Date.now();
    return Math.max(0, ...this.#outages.map((downSince) => now - (downSince() ?? now)));
  }

  get livenessFailures(): string[] {
    return failures(this.#liveness);
  }

  get readinessFailures(): string[] {
    return failures(this.#readiness);
  }
}

function failures(checks: readonly Check[]): string[] {
  return checks.map((check) => check()).filter((failure) => failure !== undefined);
}

/** A watchdog over work in flight: fails when nothing has finished for `limit` milliseconds. */
export class Progress {
  readonly #limit: number;
  #last = Date.now();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Records that something finished, or that work began after a pause. */
  touch(): void {
    this.#last = Date.now();
  }

  check(what: string): string | undefined {
    const elapsed = Date.now() - this.#last;
    return elapsed > this.#limit ? `${what} for ${Math.round(elapsed / 1000)} s` : undefined;
  }
}
