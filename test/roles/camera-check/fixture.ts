import type { TestContext } from "node:test";
import { facepipe, type StartOptions } from "../../support/facepipe.ts";

/** One line of `camera-check --json`. */
export interface CheckedStep {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
  readonly camera: string;
  readonly code?: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly [fact: string]: unknown;
}

/** Runs `camera-check --json` with a detector that needs no download; `step` returns a step by its name. */
export async function checkSteps(t: TestContext, args: readonly string[], options?: StartOptions) {
  const all = ["camera-check", "--json", "--detector", "haar", "--seconds", "1", ...args];
  const output = await facepipe(t, all, options);
  const steps = output.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CheckedStep);
  const list = steps.filter(({ step }) => step !== "advice");
  const step = (name: string): CheckedStep => {
    const found = list.find((each) => each.step === name);
    if (!found) throw new Error(`no step ${name} in ${output.stdout} ${output.stderr}`);
    return found;
  };
  const advice = steps.filter((each) => each.step === "advice").map(({ detail }) => detail);
  return { ...output, list, step, advice: advice.join("\n"), names: list.map((each) => each.step) };
}
