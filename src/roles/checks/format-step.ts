import type { Step } from "../../base/steps/step.ts";
import type { Style } from "../../base/terminal-style.ts";
import { withoutControls } from "../../face/format.ts";

export interface StepFormat {
  /** What a person reads for a step; absent: its own name. */
  readonly labels: Readonly<Record<string, string>>;
  /** Steps that take no time: their results came with the step before. */
  readonly timeless: readonly string[];
  /** Steps that say what to do about the others. */
  readonly advice?: readonly string[];
  /** Why a failed step that is not required does not matter. */
  readonly notRequired?: string;
}

/** A step as one line of text for a person. */
export function stepToText(
  { step, ok, ms, detail, required }: Step,
  format: StepFormat,
  style: Style,
): string {
  const mark = format.advice?.includes(step)
    ? "→"
    : ok
      ? style.good("✓")
      : required === false
        ? style.dim("-")
        : style.bad("✗");
  const time = format.timeless.includes(step) ? "" : `${ms.toFixed(1)} ms`;
  const note = !ok && required === false ? style.dim(` (${format.notRequired})`) : "";
  const label = format.labels[step] ?? step;
  return `${mark} ${style.bold(label.padEnd(9))} ${style.dim(time.padStart(11))}  ${withoutControls(detail)}${note}`;
}

/** A step as one line of JSON for a machine. */
export function stepToJson({ step, ok, ms, detail, facts, error, required }: Step): string {
  const failure = error && { code: error.code, why: error.message, remedy: error.remedy };
  return JSON.stringify({ step, ok, ms, detail, ...facts, ...failure, required });
}
