import { parseArgs } from "node:util";

/** What every benchmark takes, besides numbers of its own. */
export interface Choices<N extends string> {
  readonly numbers: Readonly<Record<N | "rounds", number>>;
  /** Results as one JSON document on stdout. */
  readonly json: boolean;
}

/** Reads `--rounds 3` and its like; `defaults` names the numbers that may be given. Throws for anything else. */
export function readChoices<N extends string>(defaults: Readonly<Record<N | "rounds", number>>): Choices<N> {
  const names = Object.keys(defaults) as (N | "rounds")[];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { values } = parseArgs({ options: { ...options, json: { type: "boolean" as const } } });
  const { json = false, ...given } = values as Readonly<Record<string, string | undefined>> & {
    readonly json?: boolean;
  };
  const numbers = Object.fromEntries(
    names.map((name) => [name, positive(name, given[name] ?? String(defaults[name]))]),
  );
  return { numbers: numbers as Record<N | "rounds", number>, json };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`--${name} must be a whole number above 0, not ${text}`);
}
