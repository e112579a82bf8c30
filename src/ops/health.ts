/** Says what is wrong, or undefined when all is well. */
export type Check = () => string | undefined;

/** What a role knows of itself, asked by /healthz and /readyz. */
export class Health {
  readonly #alive: Check[] = [];
  readonly #ready: Check[] = [];

  /** `/healthz` fails while the check complains: restarting the process may help. */
  addLiveness(check: Check): void {
    this.#alive.push(check);
  }

  /** `/readyz` fails while the check complains: the role is not connected, not subscribed. */
  addReadiness(check: Check): void {
    this.#ready.push(check);
  }

  get sick(): string[] {
    return complaints(this.#alive);
  }

  get unready(): string[] {
    return complaints(this.#ready);
  }
}

function complaints(checks: readonly Check[]): string[] {
  return checks.map((check) => check()).filter((complaint) => complaint !== undefined);
}

/** Complains when work is in hand and none of it has finished for `limit` milliseconds. */
export class Progress {
  readonly #limit: number;
  #last = Date.now();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Something was finished, or work began after a pause. */
  touch(): void {
    this.#last = Date.now();
  }

  check(what: string): string | undefined {
    const silence = Date.now() - this.#last;
    return silence > this.#limit ? `${what} for ${Math.round(silence / 1000)} s` : undefined;
  }
}
