import { parseArgs } from "node:util";
import { refused } from "../../src/base/errors.ts";

/** What a benchmark is told to do. */
export interface Choices<N extends string, S extends string> {
  readonly numbers: Readonly<Record<N, number>>;
  readonly switches: Readonly<Record<S, boolean>>;
  /** Results as one JSON document on stdout. */
  readonly json: boolean;
}

/**
 * Reads `--rounds 3` and its like, and `--json`, which every benchmark takes; `defaults` names the whole numbers that may
 * be given, `switches` what is on or off.
 * @throws UserError for anything else.
 */
export function readChoices<N extends string, S extends string = never>(
  defaults: Readonly<Record<N, number>>,
  switches: readonly S[] = [],
): Choices<N, S> {
  const names = Object.keys(defaults) as N[];
  const texts = names.map((name) => [name, { type: "string" as const }] as const);
  const flags = [...switches, "json"].map((name) => [name, { type: "boolean" as const }] as const);
  const options = Object.fromEntries([...texts, ...flags]);
  const given: Readonly<Record<string, unknown>> = orRefuse(() => parseArgs({ options }).values);
  const numbers = names.map((name) => [name, wholeNumber(name, given[name] ?? defaults[name])]);
  const on = switches.map((name) => [name, given[name] === true]);
  return {
    numbers: Object.fromEntries(numbers) as Record<N, number>,
    switches: Object.fromEntries(on) as Record<S, boolean>,
    json: given["json"] === true,
  };
}

/** What Node's parseArgs gives. @throws UserError when an option is unknown or lacks its value. */
export function orRefuse<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const [fault = ""] = (error as Error).message.split(". ");
    throw refused(fault, "docs/benchmarks.md has the options", error);
  }
}

/** A whole number above 0. @throws UserError when it is none. */
export function wholeNumber(name: string, given: unknown): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  throw refused(`--${name} must be a whole number above 0, not ${given}`);
}
