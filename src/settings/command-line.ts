import { badUsage } from "../base/errors.ts";
import { type commonOptions, withCommon } from "./common-options.ts";
import { type Environment, endpointFaults, suggest, unknownVariables } from "./environment.ts";
import type { Subcommand } from "./help.ts";
import type { Options, Settings } from "./option.ts";
import { parseFlags } from "./parse-flags.ts";
import { readSettings } from "./read-settings.ts";
import { shownValue } from "./url-login.ts";

/*
 * Why this reads the command line itself, and commander only lays out the help: all faults of a command line, of the
 * environment and between options are reported together, where commander stops at the first; and a value may begin with
 * a dash (a password), which commander takes for an option.
 */

/** The settings of a subcommand, the common ones included. */
export type AllSettings = Settings<typeof commonOptions> & Settings<Options>;

export interface CommandLine<R> {
  readonly role: R;
  /** `help`: --help is among the arguments. */
  readonly settings: AllSettings | "help";
}

/** Reads arguments and environment. Throws one UserError with all faults. */
export function readCommandLine<R extends Subcommand>(
  roles: readonly R[],
  [name = "", ...args]: readonly string[],
  environment: Environment,
): CommandLine<R> {
  const names = roles.map((each) => each.name);
  const role = roles.find((each) => each.name === name);
  if (role === undefined) {
    const fault =
      name === "" ? "no role was given" : `"${shownValue(name)}" is no role${suggest(name, names)}`;
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
    ...("endpoint" in options ? endpointFaults(environment) : []),
  ];
  if (all.length > 0) throw badUsage(all, `facepipe ${name} --help shows its options`);
  return { role, settings: Object.freeze(read.settings) as AllSettings };
}
