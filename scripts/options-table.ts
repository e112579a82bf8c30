/**
 * `npm run docs:options`: writes docs/options.md, docs/facepipe.schema.json and the list of README.md, from the
 * declarations of the options.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadRoles } from "../src/roles/role-table.ts";
import { brokerOptions } from "../src/settings/broker.ts";
import { commonOptions } from "../src/settings/common-options.ts";
import { optionRow } from "../src/settings/help.ts";
import type { Option, Options } from "../src/settings/option.ts";
import { configSchema } from "./config-schema.ts";

const roles = await loadRoles();

/** What a newcomer needs first, in the order of the pipeline; docs/options.md has the rest. */
const mostUsed: readonly (readonly [title: string, options: Options, ...keys: string[]])[] = [
  ["`detect`", optionsOf("detect"), "camera", "name", "detector", "emit", "mask", "format", "dryRun"],
  ["`forward`", optionsOf("forward"), "from", "to", "remoteTopic"],
  ["`store`", optionsOf("store"), "to", "endpoint", "pathStyle", "share", "createBucket"],
  ["Roles with one broker", brokerOptions, "broker", "qos", "passwordFile", "ca"],
  ["Every role", commonOptions, "http", "logLevel"],
];

const begin = "<!-- options: written by npm run docs:options -->";
const end = "<!-- end of options -->";

const intro = `# Options

This page lists every option of every role. \`facepipe ROLE --help\` prints the same. \`npm run docs:options\` writes this
page from the declarations in the code.

Each option has a flag, an environment variable and a key in the [configuration file](configuration.md):
\`--remote-topic\`, \`FACEPIPE_REMOTE_TOPIC\` and \`remote-topic:\`. A flag overrides the variable, the variable overrides the
file, and the file overrides the default.

- An empty variable counts as not set.
- A repeatable option has one value per line in its variable.
- A switch, such as \`--dry-run\`, is off by default. It has no value on the command line, and \`true\` or \`false\` in
  its variable.
- facepipe reports all faults of flags, environment and file together. An unknown \`FACEPIPE_...\` variable or key is a
  fault too.
- The same variable can mean different things to two roles: \`FACEPIPE_TO\` is a broker for forward and a directory or
  bucket for store. So set the environment of each role separately.
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

/** A list of the options that no earlier section has; below it the names of those that an earlier role has too. */
function section(title: string, options: Options, shown: Map<string, string>, role = ""): string {
  const entries = Object.entries(options).map(([key, option]) => ({ key, option, same: id(key, option) }));
  const own = entries.filter(({ same }) => !shown.has(same));
  const items = own.map(({ key, option }) => item(key, option, true));
  const shared = roles.flatMap(({ name }) => {
    const also = entries.filter(({ same }) => shown.get(same) === name);
    const terms = also.map(({ key, option }) => code(optionRow(key, option).term));
    return terms.length === 0 ? [] : `\n${wrap(`As in ${name}: ${terms.join(", ")}.`)}`;
  });
  for (const { same } of own) shown.set(same, role);
  return `## ${title}\n\n${[...items, ...shared].join("\n")}\n`;
}

/** The same option under the same name, whichever role it is in. */
function id(key: string, { summary, fallback, fallbackNote, required }: Options[string]): string {
  return JSON.stringify([key, summary, fallback, fallbackNote, required]);
}

/** The text of README.md with its list as it should be. */
export function withMostUsed(readme: string): string {
  const lists = mostUsed.map(([title, options, ...keys]) => {
    const items = keys.map((key) => item(key, options[key] ?? missing(key), false));
    return `${title}:\n\n${items.join("\n")}\n`;
  });
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md must have the lines ${begin} and ${end}`);
  return `${readme.slice(0, from)}${begin}\n${lists.join("\n")}${readme.slice(to)}`;
}

function optionsOf(name: string): Options {
  return roles.find((role) => role.name === name)?.options ?? {};
}

function missing(key: string): never {
  throw new Error(`there is no option ${key}`);
}

/** An option as a list item, such as "- `--qos N` (`FACEPIPE_QOS`, default: `1`): quality of service". */
function item(key: string, option: Option<unknown>, withVariable: boolean): string {
  const { term, fallback, variable, summary } = optionRow(key, option);
  const isSwitch = option.placeholder === undefined;
  const value = fallback === option.fallback ? code(fallback) : fallback;
  const standard = option.required ? fallback : isSwitch || fallback === "" ? "" : `default: ${value}`;
  const notes = [withVariable ? code(variable) : "", standard].filter((note) => note !== "").join(", ");
  return wrap(`- ${code(term)}${notes && ` (${flagsAsCode(notes)})`}: ${flagsAsCode(summary)}`, "  ");
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Marks the flags in a text as code, without those that are already. */
function flagsAsCode(text: string): string {
  return text.replace(/(?<!`)--[a-z][a-z-]*/g, code);
}

const longestLine = 120;

/** Breaks a text into lines, never within code; all but the first begin with `indent`. */
function wrap(text: string, indent = ""): string {
  const words = text.match(/(?:`[^`]*`|[^\s`])+/g) ?? [];
  return words.reduce((lines, word) => {
    const last = lines.length - lines.lastIndexOf("\n") - 1;
    if (lines === "") return word;
    return last + 1 + word.length > longestLine ? `${lines}\n${indent}${word}` : `${lines} ${word}`;
  }, "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync("docs/options.md", optionsPage());
  writeFileSync("docs/facepipe.schema.json", configSchema());
  writeFileSync("README.md", withMostUsed(readFileSync("README.md", "utf8")));
}
