import type { Logger } from "../base/log.ts";
import type { Style } from "../base/style.ts";
import type { Terminal } from "../base/terminal.ts";
import type { Health } from "../ops/health.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { Options, Settings } from "../settings/option.ts";

/** A subcommand: what it is called, what it takes, what it does. */
export interface Role<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: O;
  /** It has no health of its own: its --http is where another role serves. */
  readonly asksAnother?: true;
  /** Faults that lie between options; an option with a fault of its own is missing here. */
  check?(settings: Partial<Settings<NoInfer<O>>>): string[];
  /** Does the work until it is done or `context.stop` aborts; rejects with a UserError when it fails. */
  run(settings: Settings<NoInfer<O>>, context: RoleContext): Promise<void>;
}

/** What the program gives a running role. */
export interface RoleContext {
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Writes one line of the role's results. */
  readonly print: (line: string) => void;
  /** For those lines: colours when a person reads them. */
  readonly style: Style;
  readonly metrics: Metrics;
  readonly health: Health;
  /** Aborts when the role is to stop taking in and to finish what is in hand. */
  readonly stop: AbortSignal;
  /** Aborts when the time for that is over. */
  readonly deadline: AbortSignal;
  /** Says that the role is connected and set up. */
  readonly ready: () => void;
  /** Ends the role with this error; `stop` aborts. */
  readonly fail: (error: Error) => void;
}

/** Keeps the types of the options together with what uses them. */
export function defineRole<O extends Options>(role: Role<O>): Role<O> {
  return role;
}
