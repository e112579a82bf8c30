import { type ErrorCode, errorCodes } from "./error-codes.ts";

/** How a run ends; the numbers are part of the command's interface. */
export const exitCodes = { done: 0, refused: 1, unreachable: 2, usage: 3, bug: 70 } as const;

/**
 * A failure that is not ours: shown as one sentence with a remedy, never with a stack.
 * Anything else that reaches the top is a bug and keeps its stack.
 */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** Stable, for programs; docs/errors.md explains each. */
  readonly code: ErrorCode;
  /** What the reader can do about it; empty when `message` says it already. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy = "", cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.remedy = remedy;
  }

  /** What the program ends with when this error ends it. */
  get exitCode(): number {
    return exitCodes[errorCodes[this.code]];
  }

  /** What happened, why, and what to do, as text for a person. */
  get sentence(): string {
    if (this.remedy === "") return this.message;
    const gap = this.message.endsWith("\n") ? "" : /[.?!]$/.test(this.message) ? " " : ". ";
    return this.message + gap + this.remedy;
  }
}

/** The command line is wrong; `faults` are all that was found, and nothing was tried. */
export function badUsage(faults: readonly string[], remedy = ""): UserError {
  const [only] = faults;
  if (faults.length === 1 && only !== undefined) return new UserError("USAGE", only, remedy);
  const list = faults.map((fault) => `  ${fault}\n`).join("");
  return new UserError("USAGE", `${faults.length} faults:\n${list}`, remedy);
}

/** True for a failure that may pass by itself: the other side was not reached, and did not refuse. */
export function isUnreachable(error: unknown): error is UserError {
  return error instanceof UserError && error.exitCode === exitCodes.unreachable;
}

export function hasCode(error: unknown, code: ErrorCode): error is UserError {
  return error instanceof UserError && error.code === code;
}

/** One line about any thrown value; a UserError's remedy is included. */
export function describe(error: unknown): string {
  if (error instanceof UserError) return error.sentence;
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describe).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}
