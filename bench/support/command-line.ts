import { parseArgs } from "node:util";
import { describe } from "../../src/base/errors.ts";
import { BenchmarkError } from "./benchmark-error.ts";

/** The options of a benchmark. */
export interface BenchmarkOptions<N extends string, S extends string> {
  readonly numbers: Readonly<Record<N, number>>;
  readonly switches: Readonly<Record<S, boolean>>;
  /** Results as one JSON document on stdout. */
  readonly json: boolean;
}

/**
 * Reads options such as `--rounds 3`, and `--json`, which every benchmark has; `defaults` names the options with a whole
 * number, `switches` those without a value.
 * @throws BenchmarkError for anything else.
 */
export function readOptions<N extends string, S extends string = never>(
  defaults: Readonly<Record<N, number>>,
  switches: readonly S[] = [],
): BenchmarkOptions<N, S> {
  const names = Object.keys(defaults) as N[];
  const texts = names.map((name) => [name, { type: "string" as const }] as const);
  const flags = [...switches, "json"].map((name) => [name, { type: "boolean" as const }] as const);
  const options = Object.fromEntries([...texts, ...flags]);
  const values: Readonly<Record<string, unknown>> = parseOrThrow(() => parseArgs({ options }).values);
  const numbers = names.map((name) => [name, wholeNumber(name, values[name] ?? defaults[name])]);
  const on = switches.map((name) => [name, values[name] === true]);
  return {
    numbers: Object.fromEntries(numbers) as Record<N, number>,
    switches: Object.fromEntries(on) as Record<S, boolean>,
    json: values["json"] === true,
  };
}

/** The result of Node's parseArgs. @throws BenchmarkError when an option is unknown or lacks its value. */
export function parseOrThrow<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const [fault = ""] = describe(error).split(". ");
    throw new BenchmarkError(fault, "docs/benchmarks.md lists the options", error);
  }
}

/** A whole number above 0. @throws BenchmarkError for anything else. */
export function wholeNumber(name: string, given: unknown): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  throw new BenchmarkError(`--${name} must be a whole number above 0, not ${given}`);
}
