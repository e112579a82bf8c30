/** How long confirmations usually take: the estimator of RFC 6298, 2.2 and 2.3. Times are milliseconds. */
export class ConfirmationTime {
  #mean: number | undefined;
  #deviation = 0;

  /** 0 before the first measurement. */
  get mean(): number {
    return this.#mean ?? 0;
  }

  /** Few confirmations take longer. */
  get longest(): number {
    return this.mean + 4 * this.#deviation;
  }

  measure(time: number): void {
    if (this.#mean === undefined) {
      this.#mean = time;
      this.#deviation = time / 2;
      return;
    }
    this.#deviation = 0.75 * this.#deviation + 0.25 * Math.abs(this.#mean - time);
    this.#mean = 0.875 * this.#mean + 0.125 * time;
  }
}
