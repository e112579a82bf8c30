import { describe } from "../base/errors.ts";
import type { Fault, Given, GivenValue, Layer } from "./given.ts";
import { flagOf, variableOf } from "./names.ts";
import type { Option, Options, Settings } from "./option.ts";
import { passwordsIn, shownValue } from "./url-login.ts";

export interface ParsedSettings<O extends Options> {
  /** Complete when there are no faults. */
  readonly settings: Partial<Settings<O>>;
  /** Where each comes from; without those that have their default. */
  readonly origins: Origins;
  readonly faults: readonly Fault[];
}

/** What was set, by option key. */
export type Origins = ReadonlyMap<string, Given>;

/** Reads each option from the first layer that sets it, else its default; all faults are collected. */
export function readSettings<O extends Options>(
  options: O,
  layers: readonly Layer[],
  /** Options that are not required, because something else replaces them. */
  replaced: ReadonlySet<string> = new Set(),
): ParsedSettings<O> {
  const settings: Record<string, unknown> = {};
  const origins = new Map<string, Given>();
  const faults: Fault[] = [];
  const find = (key: string, option: Option<unknown>) => {
    for (const layer of layers) {
      const given = layer(key, option);
      if (given) return given;
    }
    return undefined;
  };
  const isMissing = (key: string, { required }: Option<unknown>) => {
    if (replaced.has(key)) return false;
    if (typeof required !== "object") return required === true;
    return !required.unless.some((other) => options[other] && find(other, options[other]));
  };
  for (const [key, option] of Object.entries(options)) {
    const set = find(key, option);
    if (set) origins.set(key, set);
    const given = set ?? defaultOf(key, option);
    if (given === undefined) {
      if (isMissing(key, option))
        faults.push({ text: `${flagOf(key)} (or ${variableOf(key)}) is required: ${option.summary}` });
      else if (option.many) settings[key] = [];
      continue;
    }
    const read = parseGiven(option, given);
    faults.push(...read.faults);
    if (read.faults.length === 0) settings[key] = read.value;
  }
  return { settings: settings as Partial<Settings<O>>, origins, faults };
}

function defaultOf(key: string, { fallback }: Option<unknown>): Given | undefined {
  const source = flagOf(key);
  return fallback === undefined ? undefined : { source, values: [{ text: fallback, source }] };
}

interface Parsed {
  readonly value?: unknown;
  readonly faults: readonly Fault[];
}

/** Parses what was set for an option. */
export function parseGiven(option: Option<unknown>, { source, line, values, isList }: Given): Parsed {
  if (!values) return { faults: [{ text: `${source} needs a value: ${option.placeholder}`, line }] };
  const [first] = values;
  if (!isList && first) return parseValue(option, first);
  if (!option.many) return { faults: [{ text: `${source}: must be one value, not a list`, line }] };
  const parsed = values.map((value) => parseValue(option, value));
  const faults = parsed.flatMap((each) => each.faults);
  const value = parsed.flatMap((each) => each.value ?? []);
  return faults.length > 1 && isOneValue(option, values)
    ? { faults: [commaFault(source, line)] }
    : { value, faults };
}

function parseValue(option: Option<unknown>, { text, source, line }: GivenValue): Parsed {
  try {
    return { value: option.parse(text), faults: [] };
  } catch (error) {
    const shown = option.secret ? "" : ` "${shownText(option, text)}"`;
    return { faults: [{ text: `${source}${shown}: ${describe(error)}`, line }] };
  }
}

/** `[0,0 0.3,0 0.3,1]` is a list of four in YAML, and meant as one polygon. */
function isOneValue(option: Option<unknown>, values: readonly GivenValue[]): boolean {
  return (
    parseValue(option, { text: values.map(({ text }) => text).join(","), source: "" }).faults.length === 0
  );
}

function commaFault(source: string, line: number | undefined): Fault {
  const text = `${source}: a comma separates the items of a list: put quotation marks around each item`;
  return { text, line };
}

/** What may be shown of an option's value. */
export function shownText({ show = shownValue }: Option<unknown>, text: string): string {
  return show(text);
}

/** The settings that must never be shown, as they are written and as they are meant, those of cameras included. */
export function secretsOf(
  options: Options,
  { cameras, ...settings }: Readonly<Record<string, unknown>>,
): string[] {
  const marked = Object.keys(options).filter((key) => options[key]?.secret);
  const ofCameras = Array.isArray(cameras) ? cameras.flatMap((each: object) => Object.values(each)) : [];
  // A URL may contain a password, too.
  const mayHavePassword = [...Object.values(settings), ...ofCameras];
  const values = [...marked.map((key) => settings[key]), ...mayHavePassword.flatMap(passwordsOf)];
  return values.filter((value): value is string => typeof value === "string" && value !== "");
}

function passwordsOf(value: unknown): unknown[] {
  if (typeof value === "string") return passwordsIn(value);
  if (Array.isArray(value)) return value.flatMap(passwordsOf);
  return typeof value === "object" && value !== null && "password" in value ? [value.password] : [];
}
