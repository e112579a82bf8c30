import { BenchmarkError } from "../support/benchmark-error.ts";
import { wholeNumber } from "../support/command-line.ts";
import { yunetArguments } from "../support/detect.ts";

/** A detector to evaluate, and its arguments. */
export interface Candidate {
  readonly name: string;
  /** Arguments of `facepipe detect`. */
  readonly args: readonly string[];
}

/** Evaluated unless --detector is set. */
export const defaultDetectors = ["haar", "yunet:320", "yunet:640"];

/** Reads `haar`, `yunet`, or `yunet:640` for frames made 640 pixels wide. @throws BenchmarkError for anything else. */
export function parseCandidate(name: string, args: readonly string[], model: string | undefined): Candidate {
  if (name === "haar") return { name, args: [...args, "--detector", "haar"] };
  const [detector, width = "320", ...more] = name.split(":");
  if (detector !== "yunet" || more.length > 0)
    throw new BenchmarkError(
      `--detector must be haar, yunet, or yunet with a width as in yunet:640, not ${name}`,
    );
  const wide = String(wholeNumber(`detector ${name}: the width`, width));
  return {
    name: `yunet at ${wide}`,
    args: [...args, ...yunetArguments(model), "--detect-width", wide],
  };
}
