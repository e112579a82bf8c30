import { describe } from "../base/errors.ts";
import type { Environment } from "./environment.ts";
import { flagOf, variableOf } from "./names.ts";
import type { Options, Settings } from "./option.ts";
import { passwordsIn, shownValue } from "./url-login.ts";

/** The flags of the command line by option key; `true` for a switch or a flag without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export interface ParsedSettings<O extends Options> {
  /** Complete when there are no faults. */
  readonly settings: Partial<Settings<O>>;
  readonly faults: readonly string[];
}

/** A flag beats the environment, the environment beats the default; all faults are collected. */
export function readSettings<O extends Options>(
  options: O,
  flags: Flags,
  environment: Environment,
): ParsedSettings<O> {
  const settings: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [key, option] of Object.entries(options)) {
    const given = givenText(key, option.placeholder === undefined, flags, environment);
    const text = given ? given.text : option.fallback;
    if (text === undefined) {
      if (isMissing(option, flags, environment))
        faults.push(`${flagOf(key)} (or ${variableOf(key)}) is required: ${option.summary}`);
      else if (option.many) settings[key] = [];
      continue;
    }
    if (text === null) {
      faults.push(`${flagOf(key)} needs a value: ${option.placeholder}`);
      continue;
    }
    try {
      settings[key] = option.parse(text);
    } catch (error) {
      const shown = option.secret ? "" : ` "${shownValue(text)}"`;
      faults.push(`${given?.source ?? flagOf(key)}${shown}: ${describe(error)}`);
    }
  }
  return { settings: settings as Partial<Settings<O>>, faults };
}

function isMissing({ required }: Options[string], flags: Flags, environment: Environment): boolean {
  if (typeof required !== "object") return required === true;
  return !required.unless.some((key) => givenText(key, false, flags, environment));
}

/** The text of the flag, or else of the variable, and its source; the text is null for a flag without a value. */
function givenText(key: string, isSwitch: boolean, flags: Flags, environment: Environment) {
  const value = flags[key];
  if (typeof value === "string") return { source: flagOf(key), text: value };
  if (value !== undefined) return { source: flagOf(key), text: isSwitch ? String(value) : null };
  const variable = variableOf(key);
  const text = environment[variable];
  // Compose files and ConfigMaps write "not set" as an empty variable.
  return text === undefined || text === "" ? undefined : { source: variable, text };
}

/** The settings that must never be shown, as they are written and as they are meant. */
export function secretsOf(options: Options, settings: Readonly<Record<string, unknown>>): string[] {
  const marked = Object.keys(options).filter((key) => options[key]?.secret);
  // A URL may contain a password, too.
  const values = [...marked.map((key) => settings[key]), ...Object.values(settings).flatMap(passwordsOf)];
  return values.filter((value): value is string => typeof value === "string" && value !== "");
}

function passwordsOf(value: unknown): unknown[] {
  if (typeof value === "string") return passwordsIn(value);
  if (Array.isArray(value)) return value.flatMap(passwordsOf);
  return typeof value === "object" && value !== null && "password" in value ? [value.password] : [];
}
