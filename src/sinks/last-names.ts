/** The last names, in the order of their characters, of any number of them. */
export class LastNames {
  readonly #most: number;
  #names: string[] = [];
  /** A name that is not after it is none of the last. */
  #least = "";

  constructor(most: number) {
    this.#most = most;
  }

  add(name: string): void {
    if (name <= this.#least) return;
    this.#names.push(name);
    // Sorted rarely: a folder may have 100,000 files.
    if (this.#names.length >= this.#most * 4) this.#shorten();
  }

  descending(): readonly string[] {
    this.#shorten();
    return this.#names;
  }

  #shorten(): void {
    this.#names = this.#names.sort().reverse().slice(0, this.#most);
    if (this.#names.length === this.#most) this.#least = this.#names.at(-1) ?? "";
  }
}
