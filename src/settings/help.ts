import { Command, Option as CommanderOption, Help } from "commander";
import { flagOf, variableOf } from "./names.ts";
import type { Option, Options, Settings } from "./option.ts";

/** A subcommand as the command line and the help see it. */
export interface Subcommand {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly options: Options;
  /** What `cameras:` in the configuration file can set for one camera; absent: the role reads no camera. */
  readonly cameraOptions?: Options;
  /** The roles that it runs itself: their sections in the configuration file hold for it too, below its own. */
  readonly runs?: readonly string[];
  /** Returns conflicts between options. */
  check?(settings: Partial<Settings<Options>>): string[];
  /** Returns conflicts between the settings of one camera. */
  checkCamera?(settings: Partial<Settings<Options>>): string[];
}

const helpWidth = 110;

export function programHelp(subcommands: readonly Subcommand[], description: string): string {
  const program = new Command("facepipe").description(description).usage("ROLE [options]");
  program.configureHelp({ helpWidth }).helpOption("-h, --help", "show this help").helpCommand(false);
  program.option("-V, --version", "show the version");
  for (const { name, summary } of subcommands)
    program.addCommand(new Command(name).summary(summary).usage(" "));
  return `${program.helpInformation()}\nfacepipe ROLE --help shows the options of a role.\n`;
}

export function subcommandHelp(subcommand: Subcommand): string {
  const examples = subcommand.examples.map((example) => `  ${example}\n`).join("");
  return `${commandOf(subcommand).helpInformation()}\nExamples:\n${examples}`;
}

/** An option as the help shows it: `--qos N`, its summary, default and variable. */
export function optionRow(key: string, option: Option<unknown>) {
  const term = option.placeholder === undefined ? flagOf(key) : `${flagOf(key)} ${option.placeholder}`;
  const fallback = requirement(option) ?? option.fallbackNote ?? option.fallback ?? "";
  return { term, summary: option.summary, fallback, variable: variableOf(key) };
}

function requirement({ required }: Option<unknown>): string | undefined {
  if (typeof required !== "object") return required && "required";
  return `required unless ${required.unless.map(flagOf).join(" or ")}`;
}

/** The subcommand as a commander command, whose help shows each option's default and variable. */
function commandOf({ name, summary, options }: Subcommand): Command {
  const command = new Command(`facepipe ${name}`).description(summary).usage("[options]");
  for (const [key, option] of Object.entries(options)) {
    const { summary: what, fallback, variable } = optionRow(key, option);
    const standard = option.required ? `${fallback}, ` : fallback === "" ? "" : `default: ${fallback}, `;
    const flags = option.placeholder === undefined ? flagOf(key) : `${flagOf(key)} <value>`;
    command.addOption(new CommanderOption(flags, `${what} (${standard}env: ${variable})`));
  }
  command.helpOption("-h, --help", "show this help").configureHelp({
    helpWidth,
    optionTerm: (shown) => {
      const option = options[shown.attributeName()];
      return option ? optionRow(shown.attributeName(), option).term : Help.prototype.optionTerm(shown);
    },
  });
  return command;
}
