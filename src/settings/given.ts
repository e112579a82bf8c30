import type { Environment } from "./environment.ts";
import { flagOf, variableOf } from "./names.ts";
import type { Option } from "./option.ts";

/** The flags of the command line by option key; `true` for a switch or a flag without a value. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/** What is wrong with a setting. */
export interface Fault {
  readonly text: string;
  /** Of the configuration file, from 1; absent: it is in a flag or a variable. */
  readonly line?: number | undefined;
}

/** What was set for an option, and where. */
export interface Given {
  /** What faults call it: `--fps`, `FACEPIPE_FPS`; in the configuration file `detect.fps`. */
  readonly source: string;
  /** In the configuration file, from 1. */
  readonly line?: number | undefined;
  /** Absent: a flag without a value. */
  readonly values?: readonly GivenValue[];
  /** Written as a list, in the configuration file. */
  readonly isList?: boolean;
}

export interface GivenValue {
  readonly text: string;
  readonly source: string;
  readonly line?: number | undefined;
}

/** One place where options are set. */
export type Layer = (key: string, option: Option<unknown>) => Given | undefined;

export function flagLayer(flags: Flags): Layer {
  return (key, option) => {
    const value = flags[key];
    if (value === undefined) return undefined;
    const source = flagOf(key);
    if (typeof value === "string") return { source, values: [{ text: value, source }] };
    return option.placeholder === undefined
      ? { source, values: [{ text: String(value), source }] }
      : { source };
  };
}

/** Compose files and ConfigMaps write "not set" as an empty variable. */
export function environmentLayer(environment: Environment): Layer {
  return (key) => {
    const source = variableOf(key);
    const text = environment[source];
    return text === undefined || text === "" ? undefined : { source, values: [{ text, source }] };
  };
}

/** The same without some options. */
export function without(layer: Layer, keys: readonly string[]): Layer {
  return (key, option) => (keys.includes(key) ? undefined : layer(key, option));
}
