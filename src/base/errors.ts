/** How a run ends; the numbers are part of the command's interface. */
export const exitCodes = { done: 0, refused: 1, unreachable: 2, usage: 3, bug: 70 } as const;

/**
 * A failure that is not ours: shown as one sentence with a remedy, never with a stack.
 * Anything else that reaches the top is a bug and keeps its stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: number;
  /** What the reader can do about it; empty when `message` says it already. */
  readonly remedy: string;

  constructor(exitCode: number, message: string, remedy = "", options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }

  /** What happened, why, and what to do, as text for a person. */
  get sentence(): string {
    if (this.remedy === "") return this.message;
    const gap = this.message.endsWith("\n") ? "" : /[.?!]$/.test(this.message) ? " " : ". ";
    return this.message + gap + this.remedy;
  }
}

/** The other side said no, or the work itself failed: login, permission, no such bucket, file or camera. */
export function refused(message: string, remedy = "", cause?: unknown): UserError {
  return new UserError(exitCodes.refused, message, remedy, { cause });
}

/** The other side could not be reached in the time given. */
export function unreachable(message: string, remedy = "", cause?: unknown): UserError {
  return new UserError(exitCodes.unreachable, message, remedy, { cause });
}

/** The command line is wrong; `faults` are all that was found, and nothing was tried. */
export function badUsage(faults: readonly string[], remedy = ""): UserError {
  const [only] = faults;
  if (faults.length === 1 && only !== undefined) return new UserError(exitCodes.usage, only, remedy);
  const list = faults.map((fault) => `  ${fault}\n`).join("");
  return new UserError(exitCodes.usage, `${faults.length} faults:\n${list}`, remedy);
}

/** The system's error code (`ENOENT`, `ECONNREFUSED` ...) of a thrown value, or "". */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

/** One line about any thrown value; a UserError's remedy is included. */
export function describe(error: unknown): string {
  if (error instanceof UserError) return error.sentence;
  if (error instanceof AggregateError && error.message === "") return error.errors.map(describe).join("; ");
  return error instanceof Error ? error.message || error.name : String(error);
}
