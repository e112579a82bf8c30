import { parseArgs } from "node:util";
import { describe } from "../../src/base/errors.ts";
import { BenchmarkError } from "./benchmark-error.ts";

/** The options of a benchmark. */
export interface BenchmarkOptions<N extends string, S extends string, C extends string> {
  readonly numbers: Readonly<Record<N, number>>;
  readonly switches: Readonly<Record<S, boolean>>;
  /** Undefined when the option is absent. */
  readonly choices: Readonly<Record<C, string | undefined>>;
  /** Results as one JSON document on stdout. */
  readonly json: boolean;
}

/**
 * Reads options such as `--rounds 3`, and `--json`, which every benchmark has; `defaults` names the options with a whole
 * number, `switches` those without a value, `choices` those with one of some values.
 * @throws BenchmarkError for anything else.
 */
export function readOptions<N extends string, S extends string = never, C extends string = never>(
  defaults: Readonly<Record<N, number>>,
  switches: readonly S[] = [],
  choices: Readonly<Record<C, readonly string[]>> = {} as Readonly<Record<C, readonly string[]>>,
): BenchmarkOptions<N, S, C> {
  const names = Object.keys(defaults) as N[];
  const chosen = Object.keys(choices) as C[];
  const texts = [...names, ...chosen].map((name) => [name, { type: "string" as const }] as const);
  const flags = [...switches, "json"].map((name) => [name, { type: "boolean" as const }] as const);
  const options = Object.fromEntries([...texts, ...flags]);
  const values: Readonly<Record<string, unknown>> = parseOrThrow(() => parseArgs({ options }).values);
  const numbers = names.map((name) => [name, wholeNumber(name, values[name] ?? defaults[name])]);
  const on = switches.map((name) => [name, values[name] === true]);
  const picked = chosen.map((name) => {
    const given = values[name];
    return [name, given === undefined ? undefined : oneOf(name, String(given), choices[name])];
  });
  return {
    numbers: Object.fromEntries(numbers) as Record<N, number>,
    switches: Object.fromEntries(on) as Record<S, boolean>,
    choices: Object.fromEntries(picked) as Record<C, string | undefined>,
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

/** One of the values. @throws BenchmarkError for anything else. */
export function oneOf<T extends string>(name: string, given: string, values: readonly T[]): T {
  const value = values.find((each) => each === given);
  if (value === undefined) throw new BenchmarkError(`--${name} must be ${values.join(" or ")}, not ${given}`);
  return value;
}

/** A whole number above 0. @throws BenchmarkError for anything else. */
export function wholeNumber(name: string, given: unknown): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0) return value;
  throw new BenchmarkError(`--${name} must be a whole number above 0, not ${given}`);
}
