import { Script } from "node:vm";
import fc from "fast-check";

/** A statement that must hold for each value that is made for it. */
export interface Property {
  readonly name: string;
  /** How many of its cases run for each one of the others. */
  readonly weight: number;
  readonly values: fc.Arbitrary<unknown>;
  /** Throws when the statement does not hold. */
  readonly holds: (value: unknown) => void;
}

export function property<T>(
  name: string,
  values: fc.Arbitrary<T>,
  holds: (value: T) => void,
  weight = 1,
): Property {
  return { name, weight, values, holds: holds as (value: unknown) => void };
}

export interface Outcome {
  readonly cases: number;
  /** What failed and how to repeat it; undefined when nothing did. */
  readonly failure?: string | undefined;
}

export interface CheckOptions {
  readonly seed: number;
  readonly runs: number;
  /** Of a failure that is repeated. */
  readonly path?: string | undefined;
  /** Longest time for one case, ms: what takes longer hangs. */
  readonly caseLimit?: number | undefined;
}

/** Checks a property with values that follow from the seed. */
export function check(each: Property, options: CheckOptions): Outcome {
  const { values, holds } = each;
  const { caseLimit = 10_000 } = options;
  try {
    const all = () => fc.check(fc.property(values, holds), parameters(options));
    return outcome(each, options, within(caseLimit * 2, all));
  } catch (error) {
    if (!isTimeout(error)) throw error;
    // A clock for each case is slow, so only now; shrinking would hang again and again.
    const limited = (value: unknown) => within(caseLimit, () => holds(value));
    const slowly = { ...parameters(options), endOnFailure: true };
    return outcome(each, options, fc.check(fc.property(values, limited), slowly));
  }
}

function parameters({ seed, runs, path }: CheckOptions) {
  return { seed, numRuns: runs, ...(path === undefined ? {} : { path }) };
}

function outcome({ name }: Property, { runs }: CheckOptions, details: fc.RunDetails<[unknown]>): Outcome {
  const { failed, numRuns, seed, counterexample, counterexamplePath, errorInstance } = details;
  if (!failed) return { cases: numRuns };
  const error = errorInstance instanceof Error ? errorInstance.stack : String(errorInstance);
  const repeat = `npm run fuzz -- --only '${name}' --runs ${runs} --seed ${seed} --path ${counterexamplePath}`;
  const failure = `${name}: does not hold for ${fc.stringify(counterexample)}\n${error}\nrepeat with ${repeat}`;
  return { cases: numRuns, failure };
}

let current: () => unknown = () => undefined;
const runCurrent = new Script("facepipeFuzz()");

/** Runs it in this context, as node:vm alone can end a loop that does not. */
function within<T>(ms: number, work: () => T): T {
  Object.assign(globalThis, { facepipeFuzz: () => current() });
  current = work;
  return runCurrent.runInThisContext({ timeout: ms }) as T;
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
