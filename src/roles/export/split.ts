import { createHash } from "node:crypto";
import type { FaceFacts } from "../../face/face.ts";
import { described } from "../../settings/option.ts";

/** The names of the sides by their number. */
const sideNames: Readonly<Record<number, readonly string[]>> = {
  2: ["train", "val"],
  3: ["train", "val", "test"],
};

export interface Side {
  readonly name: string;
  /** Percent of the visits or days. */
  readonly share: number;
}

/** Reads `80/10/10` or `80/20`. */
export const readSplit = described(
  { type: "string", pattern: "^\\d+/\\d+(/\\d+)?$" },
  (text): readonly Side[] => {
    const shares = text
      .split("/")
      .map((share) => (/^\d{1,3}$/.test(share.trim()) ? Number(share) : Number.NaN));
    const names = sideNames[shares.length];
    if (
      !names ||
      !shares.every((share) => share > 0) ||
      shares.reduce((sum, share) => sum + share, 0) !== 100
    )
      throw new Error("must be percentages that add up to 100, such as 80/10/10 (train, val, test) or 80/20");
    return names.map((name, nth) => ({ name, share: shares[nth] ?? 0 }));
  },
);

/** What stays together: a visit, or all visits that begin on one day (UTC). */
export type SplitUnit = "visit" | "day";

const day = 24 * 60 * 60 * 1000;

/**
 * Decides on which side a face is. The side of a visit or a day is a hash of its name: always the same, whatever else is in
 * the store.
 */
export class Splitter {
  readonly #sides: readonly Side[];
  readonly #unit: SplitUnit;
  /** The day on which each visit of the last days began, and its last face. */
  readonly #visits = new Map<string, { readonly day: string; last: number }>();
  #cleaned = 0;

  constructor(sides: readonly Side[], unit: SplitUnit) {
    this.#sides = sides;
    this.#unit = unit;
  }

  /** The faces of an epoch must come in the order of their numbers. Undefined without `--split`. */
  sideOf(facts: Pick<FaceFacts, "camera" | "epoch" | "visit" | "capturedAt">): string | undefined {
    if (this.#sides.length === 0) return undefined;
    const { camera, epoch, visit, capturedAt } = facts;
    const today = capturedAt.slice(0, 10);
    // Older messages have no visit: their day is certain to contain it, or to end in it.
    if (visit === undefined) return this.#sideOf(["day", today]);
    if (this.#unit === "visit") return this.#sideOf(["visit", camera, epoch, visit]);
    const name = JSON.stringify([camera, epoch, visit]);
    const known = this.#visits.get(name) ?? { day: today, last: 0 };
    known.last = Date.parse(capturedAt);
    this.#visits.set(name, known);
    this.#clean(known.last);
    return this.#sideOf(["day", known.day]);
  }

  #sideOf(unit: readonly string[]): string {
    const digest = createHash("sha256").update(JSON.stringify(unit)).digest();
    let rest = (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
    for (const { name, share } of this.#sides) {
      if (rest < share) return name;
      rest -= share;
    }
    return this.#sides.at(-1)?.name ?? "";
  }

  /** A visit without a face for a day is over. */
  #clean(now: number): void {
    if (now < this.#cleaned + day) return;
    this.#cleaned = now;
    for (const [name, { last }] of this.#visits) if (last < now - day) this.#visits.delete(name);
  }
}
