import { readFileSync } from "node:fs";
import { colorDepth } from "./base/color-depth.ts";
import { describe, exitCodes, UserError } from "./base/errors.ts";
import { createSentenceRedactor } from "./base/redact.ts";
import { systemCode } from "./base/system-errors.ts";
import { Terminal } from "./base/terminal.ts";
import { delayOptimization, keepYoungGenerationSmall } from "./base/v8-heap.ts";
import type { ProcessHost } from "./roles/process-host.ts";
import type { Role } from "./roles/role.ts";
import { isRole, loadRoles } from "./roles/role-table.ts";
import { type CommandLine, configPath, readCommandLine } from "./settings/command-line.ts";
import { withCommon } from "./settings/common-options.ts";
import type { ConfigFile } from "./settings/config/config-file.ts";
import {
  type Environment,
  prepareSdkEnvironment,
  processEnvironment,
  sdkSecrets,
  unknownVariables,
} from "./settings/environment.ts";
import { programHelp, subcommandHelp } from "./settings/help.ts";
import { secretsOf } from "./settings/read-settings.ts";

/** Runs the command line of the process and ends it with the exit code. */
export async function run(): Promise<void> {
  keepYoungGenerationSmall();
  delayOptimization();
  prepareSdkEnvironment();
  const terminal = new Terminal(process.stderr);
  /** The only call of process.exit: after all output is flushed. */
  const exit = (code: number) => {
    terminal.stopBar();
    process.stdout.write("", () => process.exit(code));
  };
  let redactor = createSentenceRedactor(sdkSecrets(processEnvironment()));
  const fail = (error: unknown) => {
    terminal.stopBar();
    terminal.write(`facepipe: ${redactor.text(textOf(error))}\n`);
    exit(error instanceof UserError ? error.exitCode : exitCodes.bug);
  };
  process.on("uncaughtException", fail);
  let stop: (why: string) => void = () => exit(exitCodes.done);
  // A reader of standard output that ends (`| head`) asks us to stop; a lost reader of the log does not.
  process.stdout.once("error", (error) => {
    // Later lines fail as well.
    process.stdout.on("error", () => undefined);
    if (systemCode(error) === "EPIPE") stop("standard output is closed");
    else fail(error);
  });
  process.stderr.on("error", () => undefined);
  const host: Omit<ProcessHost, "secrets"> = {
    terminal,
    print: (line) => {
      // On a terminal, results are written above the progress bar, too.
      if (process.stdout.isTTY && terminal.showsBar) terminal.write(`${line}\n`);
      else process.stdout.write(`${line}\n`);
    },
    output: {
      isTTY: process.stdout.isTTY === true,
      get columns() {
        return process.stdout.columns;
      },
      colorDepth: colorDepth(process.stdout, processEnvironment()),
    },
    logColored: colorDepth(process.stderr, processEnvironment()) > 1,
    onSignal: (act) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => act(signal));
      stop = act;
    },
    exit,
    fail,
  };
  const hide = (secrets: readonly string[]) => {
    redactor = createSentenceRedactor(secrets);
  };
  await main(process.argv.slice(2), processEnvironment(), host, hide).then(() => exit(exitCodes.done), fail);
}

async function main(
  args: readonly string[],
  environment: Environment,
  host: Omit<ProcessHost, "secrets">,
  /** From then on errors are shown without these. */
  hide: (secrets: readonly string[]) => void,
): Promise<void> {
  const [name = "", ...rest] = args;
  if (name === "--version" || name === "-V") return show(`${programPackage().version}\n`);
  const wantsHelp = name === "--help" || name === "-h" || name === "help";
  if (wantsHelp && rest[0] === undefined)
    return show(programHelp(await loadRoles(), programPackage().description));
  if (wantsHelp) return main([...rest, "--help"], environment, host, hide);
  const path = configPath(rest, environment);
  const config = path === undefined ? undefined : await readConfig(path);
  const { role, settings, sources } = await readSettingsOf(name, args, environment, config);
  if (settings === "help") return show(subcommandHelp({ ...role, options: withCommon(role.options) }));
  if (settings.showConfig && sources) {
    const { configText } = await import("./settings/config/show-config.ts");
    return show(configText(role, { ...sources, path }));
  }
  // Replaces the arguments that `ps` shows: they may contain a password.
  process.title = `facepipe ${role.name}`;
  const { runRole } = await import("./roles/run.ts");
  const secrets = [...secretsOf(role.options, settings), ...sdkSecrets(environment)];
  hide(secrets);
  await runRole(role, settings, { ...host, secrets });
}

/** Loads the package for YAML only when there is a file. */
async function readConfig(path: string): Promise<ConfigFile> {
  const { readConfigFile } = await import("./settings/config/config-file.ts");
  return readConfigFile(path);
}

/**
 * Loads the role of this name alone, and those that the configuration file has sections for: each costs memory. If there
 * is a fault, all: what is unknown to these may be another's.
 */
async function readSettingsOf(
  name: string,
  args: readonly string[],
  environment: Environment,
  config: ConfigFile | undefined,
): Promise<CommandLine<Role>> {
  const read = (roles: readonly Role[]) => readCommandLine(roles, args, environment, config);
  if (!isRole(name)) return read(await loadRoles());
  const roles = await loadRoles([...new Set([name, ...sectionsOf(config).filter(isRole)])]);
  const known = roles.flatMap(({ options }) => Object.keys(withCommon(options)));
  if (unknownVariables(environment, known).length > 0) return read(await loadRoles());
  if (!config) return read(roles);
  try {
    return read(roles);
  } catch {
    return read(await loadRoles());
  }
}

function sectionsOf(config: ConfigFile | undefined): string[] {
  return config?.root?.kind === "map" ? config.root.entries.map(({ key }) => key) : [];
}

function show(text: string): void {
  process.stdout.write(text);
}

function programPackage(): { readonly version: string; readonly description: string } {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
}

/** The text of an error for people; with the stack only for a bug of ours. */
function textOf(error: unknown): string {
  if (error instanceof UserError) return error.sentence;
  const stack = error instanceof Error ? (error.stack ?? error.message) : describe(error);
  return `this is a bug of facepipe, please report it with these lines\n${stack}`;
}
