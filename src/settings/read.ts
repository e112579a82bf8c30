import type { Environment } from "./environment.ts";
import { flagOf, variableOf } from "./names.ts";
import type { Options, Settings } from "./option.ts";

/** Flags as they stood on the command line, by option key; `true` for a switch or a flag without its value. */
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
      const shown = option.secret ? "" : ` "${withoutLogin(text)}"`;
      faults.push(`${given?.source ?? flagOf(key)}${shown}: ${(error as Error).message}`);
    }
  }
  return { settings: settings as Partial<Settings<O>>, faults };
}

function isMissing({ required }: Options[string], flags: Flags, environment: Environment): boolean {
  if (typeof required !== "object") return required === true;
  return !givenText(required.unless, false, flags, environment);
}

/** The text that a flag or else a variable gives, and which; null text for a flag that lacks its value. */
function givenText(key: string, isSwitch: boolean, flags: Flags, environment: Environment) {
  const value = flags[key];
  if (typeof value === "string") return { source: flagOf(key), text: value };
  if (value !== undefined) return { source: flagOf(key), text: isSwitch ? String(value) : null };
  const variable = variableOf(key);
  const text = environment[variable];
  // An empty variable is how a compose file or a ConfigMap says "not set".
  return text === undefined || text === "" ? undefined : { source: variable, text };
}

/** `text` without what may be a user and password: a URL that cannot be read shows where they end by its last @ alone. */
export function withoutLogin(text: string): string {
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1***@");
}

/** The texts among the settings that must never be shown. */
export function secretsOf(options: Options, settings: Readonly<Record<string, unknown>>): string[] {
  const marked = Object.keys(options).filter((key) => options[key]?.secret);
  // A URL may carry a password, too.
  const values = [...marked.map((key) => settings[key]), ...Object.values(settings).map(passwordIn)];
  return values.filter((value): value is string => typeof value === "string" && value !== "");
}

function passwordIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "password" in value ? value.password : undefined;
}
