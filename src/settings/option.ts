/**
 * One option, declared once: its flag (`--remote-topic`), its environment variable (`FACEPIPE_REMOTE_TOPIC`) and its key in
 * the configuration file (`remote-topic`) come from the key it is declared under (`remoteTopic`), its type from `parse`.
 */
export interface Option<T> {
  /** The name of the value in the help, e.g. `URL`; absent for a switch. */
  readonly placeholder?: string;
  readonly summary: string;
  /** Parses the text of a flag or variable; throws an Error that says what is wrong with it. */
  readonly parse: (text: string) => T;
  /** The default, as text for `parse`. */
  readonly fallback?: string;
  /** The default as the help describes it, when it is not `fallback` itself. */
  readonly fallbackNote?: string;
  readonly required?: Required;
  /** Repeatable; `parse` then receives all values, one per line, as in the variable. */
  readonly many?: true;
  /** The value must never be shown. */
  readonly secret?: true;
  /** What may be shown of a value; absent: all but the login of a URL. */
  readonly show?: (text: string) => string;
  /** `parse` reads the file that the value names. */
  readonly readsFile?: true;
  /** Not in the configuration file. */
  readonly notInFile?: true;
  /** What an editor may check of a value in the configuration file (JSON Schema); absent: any text. */
  readonly schema?: ValueSchema | undefined;
}

/** Part of a JSON Schema (draft 7) that describes one value. */
export type ValueSchema = Readonly<Record<string, unknown>>;

// biome-ignore lint/suspicious/noExplicitAny: a table of options of different types; each keeps its own.
export type Options = Readonly<Record<string, Option<any>>>;

/** The values of the options, typed by their declarations. */
export type Settings<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** `unless`: the keys of options any of which replaces it. */
type Required = true | { readonly unless: readonly string[] };

interface Common {
  readonly fallbackNote?: string;
}
/** With a default, or required: the value is never undefined. */
type Present = Common & ({ readonly fallback: string } | { readonly required: true });

interface Reader<T> {
  (text: string): T;
  readonly schema?: ValueSchema;
}

/** A reader, and what an editor may check before. */
export function described<T>(schema: ValueSchema, read: (text: string) => T): Reader<T> {
  return Object.assign(read, { schema });
}

function option<T>(placeholder: string, summary: string, parse: Reader<T>, more: Present): Option<T>;
function option<T>(
  placeholder: string,
  summary: string,
  parse: Reader<T>,
  more?: Common,
): Option<T | undefined>;
function option<T>(placeholder: string, summary: string, parse: Reader<T>, more?: Common): Option<T> {
  return { placeholder, summary, parse, schema: parse.schema, ...more };
}

export { option };

/** A repeatable option; its variable has one value per line. */
export function list<T>(
  placeholder: string,
  summary: string,
  parse: Reader<T>,
  more: { readonly required: Required } | Common = {},
): Option<readonly T[]> {
  const parseAll = (text: string) => {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length === 0) throw new Error("must not be empty");
    return lines.map((line) => parse(line.trim()));
  };
  return { placeholder, summary, many: true, schema: parse.schema, ...more, parse: parseAll };
}

/** A switch, off by default; its variable is true or false. */
export function flag(summary: string): Option<boolean> {
  const schema = { type: "boolean" };
  return { summary, parse: readBoolean, fallback: "false", fallbackNote: "off", schema };
}

/** Some of these options, for a role that needs no more. */
export function pick<O extends Options, K extends keyof O>(options: O, ...keys: readonly K[]): Pick<O, K> {
  return Object.fromEntries(keys.map((key) => [key, options[key]])) as Pick<O, K>;
}

export function readText(text: string): string {
  if (text === "") throw new Error("must not be empty");
  return text;
}

function readBoolean(text: string): boolean {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off|)$/i.test(text)) return false;
  throw new Error("must be true or false");
}

export function oneOf<const T extends string>(...choices: readonly T[]): Reader<T> {
  // An editor reads 5 as a number.
  const numbers = choices.map(Number).filter((number) => !Number.isNaN(number));
  return described({ enum: [...choices, ...numbers] }, (text) => {
    const choice = choices.find((each) => each === text);
    if (choice === undefined) throw new Error(`must be one of ${choices.join(", ")}`);
    return choice;
  });
}

export function numberBetween(least: number, most = Number.POSITIVE_INFINITY): Reader<number> {
  const maximum = Number.isFinite(most) ? { maximum: most } : {};
  return described({ type: "number", minimum: least, ...maximum }, (text) => {
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value)) throw new Error("must be a number");
    if (value < least || value > most) throw new Error(`must be ${range(least, most)}`);
    return value;
  });
}

export function integerBetween(least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  const read = numberBetween(least, most);
  return described({ ...read.schema, type: "integer" }, (text) => {
    const value = read(text);
    if (!Number.isInteger(value)) throw new Error("must be a whole number");
    return value;
  });
}

function range(least: number, most: number): string {
  return most >= Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
}
