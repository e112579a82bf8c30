import { badUsage } from "../base/errors.ts";
import { type commonOptions, withCommon } from "./common.ts";
import { type Environment, suggest, unknownVariables } from "./environment.ts";
import { parseFlags } from "./flags.ts";
import type { Subcommand } from "./help.ts";
import type { Options, Settings } from "./option.ts";
import { readSettings, withoutLogin } from "./read.ts";

/** A subcommand that can be read from a command line. */
export interface CheckedSubcommand extends Subcommand {
  check?(settings: Partial<Settings<Options>>): string[];
}

/** Settings of a subcommand and those that all have. */
export type AllSettings = Settings<typeof commonOptions> & Settings<Options>;

export interface CommandLine<R> {
  readonly role: R;
  /** `help`: the user asks how it is called. */
  readonly settings: AllSettings | "help";
}

/** Reads arguments and environment. Throws one UserError with all faults that were found. */
export function readCommandLine<R extends CheckedSubcommand>(
  roles: readonly R[],
  [name = "", ...args]: readonly string[],
  environment: Environment,
): CommandLine<R> {
  const names = roles.map((each) => each.name);
  const role = roles.find((each) => each.name === name);
  if (role === undefined) {
    const fault =
      name === "" ? "no role was given" : `"${withoutLogin(name)}" is no role${suggest(name, names)}`;
    throw badUsage([`${fault}; there are ${names.join(", ")}`], "facepipe --help says what they do");
  }
  if (args.includes("--help") || args.includes("-h")) return { role, settings: "help" };
  const options = withCommon(role.options);
  const { flags, faults } = parseFlags(options, args);
  const read = readSettings(options, flags, environment);
  const everyKey = roles.flatMap((each) => Object.keys(withCommon(each.options)));
  const all = [
    ...faults,
    ...read.faults,
    ...(role.check?.(read.settings) ?? []),
    ...unknownVariables(environment, everyKey),
  ];
  if (all.length > 0) throw badUsage(all, `facepipe ${name} --help shows its options`);
  return { role, settings: Object.freeze(read.settings) as AllSettings };
}
