import { badUsage } from "../base/errors.ts";
import type { CameraSettings } from "./cameras.ts";
import { commonOptions, withCommon } from "./common-options.ts";
import type { ConfigFile } from "./config/config-file.ts";
import { type Environment, endpointFaults, suggest, unknownVariables } from "./environment.ts";
import { environmentLayer, type Fault, flagLayer } from "./given.ts";
import type { Subcommand } from "./help.ts";
import type { Options, Settings } from "./option.ts";
import { parseFlags } from "./parse-flags.ts";
import { readSettings } from "./read-settings.ts";
import { type RoleSettings, readRoleSettings } from "./role-settings.ts";
import { shownValue } from "./url-login.ts";

/*
 * Why this reads the command line itself, and commander only lays out the help: all faults of a command line, of the
 * environment and between options are reported together, where commander stops at the first; and a value may begin with
 * a dash (a password), which commander takes for an option.
 */

/** The settings of a subcommand, the common ones and those of its cameras included. */
export type AllSettings = Settings<typeof commonOptions> &
  Settings<Options> & { readonly cameras: readonly CameraSettings[] };

export interface CommandLine<R> {
  readonly role: R;
  /** `help`: --help is among the arguments. */
  readonly settings: AllSettings | "help";
  /** Where the settings come from. */
  readonly sources?: Pick<RoleSettings, "origins" | "cameraOrigins">;
}

/** The path of the configuration file that the arguments or the environment name. */
export function configPath(args: readonly string[], environment: Environment): string | undefined {
  const { config } = commonOptions;
  const layers = [flagLayer(parseFlags({ config }, args).flags), environmentLayer(environment)];
  return readSettings({ config }, layers).settings.config;
}

/** Reads arguments, environment and configuration file. Throws one UserError with all faults. */
export function readCommandLine<R extends Subcommand>(
  roles: readonly R[],
  [name = "", ...args]: readonly string[],
  environment: Environment,
  config?: ConfigFile,
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
  const read = readRoleSettings(role, roles, { flags, environment, config });
  const everyKey = roles.flatMap((each) => Object.keys(withCommon(each.options)));
  const { source = "" } = read.origins.get("config") ?? {};
  const all = [
    ...faults,
    ...(config?.unreadable ? [`${source} "${config.path}": ${config.unreadable}`] : []),
    ...read.faults.filter(({ line }) => line === undefined).map(({ text }) => text),
    ...unknownVariables(environment, everyKey),
    ...("endpoint" in options ? endpointFaults(environment) : []),
    ...faultsByLine(read.faults, config?.path ?? ""),
  ];
  if (all.length > 0) throw badUsage([...new Set(all)], `facepipe ${name} --help shows its options`);
  const { settings, ...sources } = read;
  return { role, settings: Object.freeze(settings) as AllSettings, sources };
}

/** The faults of the configuration file. What is no YAML causes the others of its line. */
function faultsByLine(faults: readonly Fault[], path: string): string[] {
  const located = faults.filter(({ line }) => line !== undefined);
  return located
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ line, text }) => `${path}:${line}: ${text}`);
}
