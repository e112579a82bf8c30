import type { Logger } from "../base/log.ts";
import type { Terminal } from "../base/terminal.ts";
import type { Style } from "../base/terminal-style.ts";
import type { Health } from "../ops/health.ts";
import type { Metrics, RoleLabel } from "../ops/metrics.ts";
import type { Options, Settings } from "../settings/option.ts";
import type { Output } from "./process-host.ts";

/** What a role has done, by name: faces, published, forwarded, stored. */
export type RoleSummary = Readonly<Record<string, number>>;

/** A subcommand: its name, its options, and what it does. */
export interface Role<O extends Options = Options, C extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: O;
  /** What can be set for one camera: such a role has a list of cameras in the configuration file. */
  readonly cameraOptions?: C;
  /** The roles that it runs itself: their sections in the configuration file hold for it too, below its own. */
  readonly runs?: readonly string[];
  /** Ends with an answer: its failure is one sentence on standard error, and not a log record. */
  readonly isCheck?: true;
  /** Its --http is the address of another role, which it queries; it serves no health of its own. */
  readonly queriesAnother?: true;
  /** Returns conflicts between options; an option that is invalid itself is absent here. */
  check?(settings: Partial<RoleSettings<NoInfer<O>, NoInfer<C>>>): string[];
  /** The same for the settings of one camera. */
  checkCamera?(settings: Partial<Settings<NoInfer<C>>>): string[];
  /** Runs until the work is done or `context.stop` aborts; rejects with a UserError when it fails. */
  run(settings: RoleSettings<NoInfer<O>, NoInfer<C>>, context: RoleContext): Promise<RoleSummary>;
}

/** The settings of a role, and of each camera that the command line or the configuration file names. */
export type RoleSettings<O extends Options, C extends Options> = Settings<O> & {
  readonly cameras: readonly Settings<C>[];
};

/** What the program provides to a running role. */
export interface RoleContext {
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Writes one line of the role's results to standard output. */
  readonly print: (line: string) => void;
  /** What is known of standard output. */
  readonly output: Output;
  /** Styles for these lines: coloured on a terminal. */
  readonly style: Style;
  readonly metrics: Metrics;
  /** Labels of the gauges that roles in one process would otherwise share. */
  readonly labels: RoleLabel;
  readonly health: Health;
  /** Aborts when the role is to stop receiving and to finish what is in flight. */
  readonly stop: AbortSignal;
  /** Aborts at the end of the grace period. */
  readonly deadline: AbortSignal;
  /** On stop, first receive all that the broker has queued: its queue is lost with this process. */
  readonly drainOnStop: boolean;
  /** Reports that the role is connected and set up. */
  readonly ready: () => void;
  /** Ends the role with this error; `stop` aborts. */
  readonly fail: (error: Error) => void;
}

/** Infers the types of a role's settings from its options. */
export function defineRole<O extends Options, C extends Options = Options>(role: Role<O, C>): Role<O, C> {
  return role;
}
