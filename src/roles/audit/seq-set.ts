import { type NumberRange, NumberRanges } from "../../base/number-ranges.ts";

/**
 * A set of sequence numbers that are added in any order: a directory lists its files in the order of their hashes. Numbers
 * are gathered and added sorted, because adding millions one by one in the middle of many ranges takes quadratic time.
 */
export class SeqSet {
  #ranges = new NumberRanges();
  #rangeCount = 0;
  #pending: number[] = [];
  #doubled = 0;

  add(seq: number): void {
    this.#pending.push(seq);
    if (this.#pending.length >= Math.max(256, this.#rangeCount / 2)) this.#flush();
  }

  /** Adds all of another set; what both have is doubled. */
  addAll(other: SeqSet): void {
    const size = this.ranges.size + other.ranges.size;
    for (const [first, last] of other.ranges) this.#ranges.addRange(first, last);
    this.#doubled += other.doubled + size - this.#ranges.size;
  }

  /** The numbers that were added. */
  get ranges(): NumberRanges {
    this.#flush();
    return this.#ranges;
  }

  /** How many times a number was added that was in the set already. */
  get doubled(): number {
    this.#flush();
    return this.#doubled;
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const added = this.#pending.sort((a, b) => a - b);
    const size = this.#ranges.size + added.length;
    const old = [...this.#ranges];
    this.#pending = [];
    this.#ranges = new NumberRanges(merge(old, added));
    this.#rangeCount = old.length;
    this.#doubled += size - this.#ranges.size;
  }
}

/** Ranges and numbers, both sorted, in the order of their beginnings. */
function* merge(ranges: readonly NumberRange[], numbers: readonly number[]): Generator<NumberRange> {
  let next = 0;
  for (const range of ranges) {
    for (; next < numbers.length && (numbers[next] as number) < range[0]; next++)
      yield [numbers[next] as number, numbers[next] as number];
    yield range;
  }
  for (; next < numbers.length; next++) yield [numbers[next] as number, numbers[next] as number];
}
