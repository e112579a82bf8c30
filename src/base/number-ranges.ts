/** A range of whole numbers, both ends included. */
export type NumberRange = readonly [first: number, last: number];

/**
 * A set of whole numbers as sorted ranges that neither overlap nor touch. Numbers that arrive nearly in order need a
 * few ranges, whatever their count.
 */
export class NumberRanges {
  readonly #ranges: [number, number][] = [];
  #size = 0;

  constructor(ranges: Iterable<NumberRange> = []) {
    for (const [first, last] of ranges) this.addRange(first, last);
  }

  /** How many numbers are in the set. */
  get size(): number {
    return this.#size;
  }

  /** How many ranges they are. */
  get rangeCount(): number {
    return this.#ranges.length;
  }

  get first(): number | undefined {
    return this.#ranges[0]?.[0];
  }

  get last(): number | undefined {
    return this.#ranges.at(-1)?.[1];
  }

  has(value: number): boolean {
    const range = this.#ranges[this.#indexOf(value)];
    return range !== undefined && range[0] <= value;
  }

  /** Adds a number; returns false when it was in the set. */
  add(value: number): boolean {
    if (this.has(value)) return false;
    this.addRange(value, value);
    return true;
  }

  addRange(first: number, last: number): void {
    // The ranges that overlap or touch the new one become one with it.
    const from = this.#indexOf(first - 1);
    let to = from;
    let [start, end] = [first, last];
    for (let range = this.#ranges[to]; range && range[0] <= last + 1; range = this.#ranges[++to]) {
      start = Math.min(start, range[0]);
      end = Math.max(end, range[1]);
      this.#size -= range[1] - range[0] + 1;
    }
    this.#ranges.splice(from, to - from, [start, end]);
    this.#size += end - start + 1;
  }

  /** The ranges of `first` to `last` that are not in the set. */
  missing(first: number, last: number): NumberRange[] {
    const gaps: NumberRange[] = [];
    let next = first;
    for (let index = this.#indexOf(first); next <= last; index++) {
      const [start, end] = this.#ranges[index] ?? [last + 1, last + 1];
      if (start > next) gaps.push([next, Math.min(start - 1, last)]);
      next = Math.max(next, end + 1);
    }
    return gaps;
  }

  toJSON(): NumberRange[] {
    return this.#ranges.map(([first, last]) => [first, last]);
  }

  [Symbol.iterator](): Iterator<NumberRange> {
    return this.toJSON()[Symbol.iterator]();
  }

  /** The index of the first range that ends at `value` or later. */
  #indexOf(value: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Reads ranges from parsed JSON; undefined when they are not some. At most `most` ranges of numbers from 1. */
export function readRanges(value: unknown, most: number): NumberRange[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  return value.every(isRange) ? value.map(([first, last]) => [first, last]) : undefined;
}

function isRange(value: unknown): value is NumberRange {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value;
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) && 1 <= first && first <= last;
}
