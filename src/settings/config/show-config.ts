import { redact } from "../../base/redact.ts";
import { entryOptions, namingKeys } from "../cameras.ts";
import { withCommon } from "../common-options.ts";
import type { Given } from "../given.ts";
import type { Subcommand } from "../help.ts";
import { fileKeyOf } from "../names.ts";
import type { Option, Options } from "../option.ts";
import { type Origins, shownText } from "../read-settings.ts";
import type { RoleSettings } from "../role-settings.ts";
import { camerasKey } from "./scopes.ts";

interface Sources extends Pick<RoleSettings, "origins" | "cameraOrigins"> {
  /** Of the configuration file. */
  readonly path: string | undefined;
}

/** A setting as lines of YAML, and where it comes from. */
interface Row {
  readonly text: string;
  readonly comment?: string | undefined;
}

/** Before the comments, columns. */
const width = 60;

/** `--show-config`: the settings of a role as a configuration file, each with where it comes from. */
export function configText(role: Subcommand, { origins, cameraOrigins, path }: Sources): string {
  const options = withCommon(role.options);
  const isInFile = cameraOrigins.length > 0;
  const rows = Object.entries(options)
    .filter(([key, option]) => !option.notInFile && !(isInFile && namingKeys.includes(key)))
    .flatMap(([key, option]) => rowsOf(key, option, origins.get(key), path));
  const cameras = cameraOrigins.flatMap((each) => cameraRows(role.cameraOptions ?? {}, each, origins, path));
  const list = isInFile ? [{ text: `${camerasKey}:` }, ...cameras.map(indented)] : [];
  const heading = [
    `# facepipe ${role.name}: the settings that would hold. Behind each is where it comes from.`,
    ...(isInFile ? [`# A camera has its own settings, and else those of ${role.name}.`] : []),
    `${role.name}:`,
  ];
  return [...heading, ...[...rows, ...list].map(indented).map(rowText), ""].join("\n");
}

/** What an entry sets itself, without what a flag or a variable overrides. */
function cameraRows(options: Options, own: Origins, role: Origins, path: string | undefined): Row[] {
  const rows = Object.entries(entryOptions(options)).flatMap(([key, option]) => {
    const given = own.get(key);
    const isShared = !namingKeys.includes(key) && given?.source === role.get(key)?.source;
    return given === undefined || isShared ? [] : rowsOf(key, option, given, path);
  });
  return rows.map(({ text, comment }, index) => ({ text: `${index === 0 ? "- " : "  "}${text}`, comment }));
}

function rowsOf(
  key: string,
  option: Option<unknown>,
  given: Given | undefined,
  path: string | undefined,
): Row[] {
  const name = fileKeyOf(key);
  if (given === undefined) return [defaultRow(name, option)];
  const comment = given.line === undefined ? given.source : `${path}:${given.line}`;
  // Its file was read: it is a path.
  if (option.secret && !option.readsFile)
    return [{ text: `# ${name}: ***`, comment: `${comment}, not shown` }];
  const texts = valuesOf(option, given).map((text) => ({ text, shown: redact(shownText(option, text)) }));
  const rows = texts.map(({ text, shown }) => ({
    text: yamlText(shown),
    comment: text === shown ? comment : `${comment}, a part is not shown`,
  }));
  const [only] = rows;
  if (!option.many && only) return [{ ...only, text: `${name}: ${only.text}` }];
  if (rows.length === 0) return [{ text: `${name}: []`, comment }];
  return [{ text: `${name}:` }, ...rows.map((row) => ({ ...row, text: `  - ${row.text}` }))];
}

function defaultRow(name: string, { fallback, fallbackNote, placeholder, many }: Option<unknown>): Row {
  if (fallback !== undefined && !many) return { text: `${name}: ${yamlText(fallback)}`, comment: "default" };
  return { text: `# ${name}: ${placeholder ?? ""}`, comment: `default: ${fallbackNote ?? "not set"}` };
}

/** A flag or variable of a repeatable option has one value per line. */
function valuesOf({ many }: Option<unknown>, { values = [] }: Given): string[] {
  const texts = values.map(({ text }) => text);
  return many ? texts.flatMap((text) => text.split("\n").map((line) => line.trim())).filter(Boolean) : texts;
}

function indented({ text, comment }: Row): Row {
  return { text: `  ${text}`, comment };
}

function rowText({ text, comment }: Row): string {
  return comment === undefined ? text : `${text.padEnd(width)}  # ${comment}`;
}

/** A value as YAML: plain if that means the same text. */
function yamlText(text: string): string {
  const isPlain = /^[A-Za-z0-9_./][^\n\r\t]*$/.test(text) && !/: | #|[:\s]$/.test(text);
  const isNull = /^null$/i.test(text);
  return isPlain && !isNull ? text : JSON.stringify(text);
}
