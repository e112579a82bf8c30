import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { BenchmarkError } from "../support/benchmark-error.ts";
import { oneOf, parseOrThrow, wholeNumber } from "../support/command-line.ts";

export interface DrillOptions {
  readonly scenario: "faults" | "outage";
  /** How long faults happen, or how long the uplink is away. */
  readonly minutes: number;
  readonly seed: number;
  /** Faults per minute. */
  readonly rate: number;
  readonly overlap: boolean;
  /** No fault lasts longer, seconds; undefined: as long as its kind may. */
  readonly longest: number | undefined;
  /** Only these kinds; all when undefined. */
  readonly faults: readonly string[] | undefined;
  readonly facesPerSecond: number;
  readonly to: "s3" | "file";
  readonly spool: boolean;
  /** Keep the folder with the logs after a drill that passed. */
  readonly keep: boolean;
  /** Write the results to this file. */
  readonly json: string | undefined;
}

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** @throws BenchmarkError when an option is unknown or has a wrong value. */
export function readDrillOptions(): DrillOptions {
  const options = {
    scenario: text,
    minutes: text,
    seed: text,
    rate: text,
    overlap: flag,
    longest: text,
    faults: text,
    "faces-per-second": text,
    to: text,
    "no-spool": flag,
    keep: flag,
    json: text,
  };
  const { values } = parseOrThrow(() => parseArgs({ options }));
  const scenario = oneOf("scenario", values.scenario ?? "faults", ["faults", "outage"]);
  if (scenario === "outage" && values.longest !== undefined)
    throw new BenchmarkError("--longest is for random faults: --minutes sets how long an outage lasts");
  return {
    scenario,
    minutes: positive("minutes", values.minutes ?? (scenario === "outage" ? 10 : 5)),
    seed: values.seed === undefined ? randomInt(1, 2 ** 32) : wholeNumber("seed", values.seed),
    rate: positive("rate", values.rate ?? 6),
    overlap: values.overlap === true,
    longest: values.longest === undefined ? undefined : positive("longest", values.longest),
    faults: values.faults?.split(","),
    facesPerSecond: wholeNumber("faces-per-second", values["faces-per-second"] ?? 60),
    to: oneOf("to", values.to ?? "s3", ["s3", "file"]),
    spool: values["no-spool"] !== true,
    keep: values.keep === true,
    json: values.json,
  };
}

function positive(name: string, given: unknown): number {
  const value = Number(given);
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new BenchmarkError(`--${name} must be a number above 0, not ${given}`);
}
