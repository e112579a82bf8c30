import type { Terminal } from "../base/terminal.ts";

/** Where results are printed. */
export interface Output {
  readonly isTTY?: boolean;
  /** Width of the terminal, character cells; it can change. Absent: unknown. */
  readonly columns?: number;
  /** Bits for colors: 1 (none), 4, 8 or 24. */
  readonly colorDepth: number;
}

/** What a run needs from the process around it. */
export interface ProcessHost {
  readonly terminal: Terminal;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** What is known of standard output. */
  readonly output: Output;
  /** Whether log lines are coloured. */
  readonly logColored: boolean;
  /** Strings that must never be written. */
  readonly secrets: readonly string[];
  /** Registers the callback for each signal, or other reason, to stop. */
  readonly onSignal: (act: (reason: string) => void) => void;
  /** Ends the process immediately. */
  readonly exit: (code: number) => void;
  /** Ends the process immediately with this error's message and exit code. */
  readonly fail: (error: Error) => void;
}
