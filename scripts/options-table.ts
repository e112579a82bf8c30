/** `npm run docs:options`: writes docs/options.md, and the table of README.md, from the declarations of the options. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadRoles } from "../src/main.ts";
import { brokerOptions } from "../src/settings/broker.ts";
import { commonOptions } from "../src/settings/common.ts";
import { optionRow } from "../src/settings/help.ts";
import type { Options } from "../src/settings/option.ts";

const roles = await loadRoles();

/** What a newcomer needs first, in the order of the line; the rest is in docs/options.md. */
const mostUsed: readonly (readonly [role: string, ...keys: string[]])[] = [
  ["detect", "camera", "name", "detector", "emit", "mask", "format", "dryRun"],
  ["forward", "from", "to", "remoteTopic"],
  ["store", "to", "endpoint", "pathStyle", "share", "createBucket"],
];
const usedByAll = { "with one broker": ["broker", "qos", "passwordFile", "ca"], all: ["http", "logLevel"] };

const begin = "<!-- options: written by npm run docs:options -->";
const end = "<!-- end of options -->";

const intro = `# Options

You want to know what can be set, and how. Each option has a flag and an environment variable; the flag beats the
variable, and the variable beats the default. An empty variable counts as not set; one for an option that may be given again has
one value per line. A switch takes no value as a flag, and
\`true\` or \`false\` as a variable. All faults of a command line are reported together, and an unknown \`FACEPIPE_...\`
variable is a fault, too.

The same variable may mean different things to two roles: \`FACEPIPE_TO\` is forward's other broker and store's target. Give
each role an environment of its own.

This page is written by \`npm run docs:options\`. \`facepipe ROLE --help\` shows the same.
`;

export function optionsPage(): string {
  const shown = new Map<string, string>();
  const sections = [
    section("Every role", commonOptions, shown),
    section("Roles with one broker: detect, log, store, broker-check", brokerOptions, shown),
    ...roles.map(({ name, options }) => section(name, options, shown, name)),
  ];
  return [intro, ...sections].join("\n");
}

/** A table of the options that no section before has; those that an earlier role has, too, are named below it. */
function section(title: string, options: Options, shown: Map<string, string>, role = ""): string {
  const entries = Object.entries(options).map(([key, option]) => ({ key, option, same: id(key, option) }));
  const own = entries.filter(({ same }) => !shown.has(same));
  const rows = own.map(({ key, option }) => {
    const { term, fallback, variable, summary } = cellsOf(key, option);
    return row([term, `\`${variable}\``, fallback, summary]);
  });
  const table = [
    row(["option", "variable", "default", "meaning"]),
    row(["---", "---", "---", "---"]),
    ...rows,
  ];
  const shared = roles.map(({ name }) => {
    const also = entries.filter(({ same }) => shown.get(same) === name);
    const terms = also.map(({ key, option }) => cellsOf(key, option).term);
    return terms.length === 0 ? "" : `\nAs in ${name}: ${terms.join(", ")}.\n`;
  });
  for (const { same } of own) shown.set(same, role);
  return `## ${title}\n\n${table.join("\n")}\n${shared.join("")}`;
}

/** The same option under the same name, whichever role it is in. */
function id(key: string, { summary, fallback, fallbackNote, required }: Options[string]): string {
  return JSON.stringify([key, summary, fallback, fallbackNote, required]);
}

/** The text of README.md with its table as it should be. */
export function withMostUsed(readme: string): string {
  const rows = [
    ...mostUsed.flatMap(([name, ...keys]) => rowsOf(name, optionsOf(name), keys)),
    ...rowsOf("with one broker", brokerOptions, usedByAll["with one broker"]),
    ...rowsOf("all", commonOptions, usedByAll.all),
  ];
  const table = [row(["role", "option", "default", "meaning"]), row(["---", "---", "---", "---"]), ...rows];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md must have the lines ${begin} and ${end}`);
  return `${readme.slice(0, from)}${begin}\n${table.join("\n")}\n${readme.slice(to)}`;
}

function optionsOf(name: string): Options {
  return roles.find((role) => role.name === name)?.options ?? {};
}

function rowsOf(name: string, options: Options, keys: readonly string[]): string[] {
  return keys.map((key) => {
    const option = options[key];
    if (option === undefined) throw new Error(`${name} has no option ${key}`);
    const { term, fallback, summary } = cellsOf(key, option);
    return row([name, term, fallback, summary]);
  });
}

/** An option's cells: what is typed stands as code. */
function cellsOf(key: string, option: Options[string]) {
  const { term, fallback, ...rest } = optionRow(key, option);
  const isTyped = fallback !== "" && fallback === option.fallback;
  return { term: `\`${term}\``, fallback: isTyped ? `\`${fallback}\`` : fallback, ...rest };
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replaceAll("  ", " ");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync("docs/options.md", optionsPage());
  writeFileSync("README.md", withMostUsed(readFileSync("README.md", "utf8")));
}
