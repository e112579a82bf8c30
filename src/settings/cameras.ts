import { camerasKey, type Scope, scopeLayer } from "./config/scopes.ts";
import { type Fault, type Layer, without } from "./given.ts";
import type { Option, Options, Settings } from "./option.ts";
import { type ParsedSettings, readSettings } from "./read-settings.ts";

/*
 * `cameras` in the configuration file: each entry sets options for one camera. What a flag or a variable sets holds for
 * all cameras; else what the entry sets; else what the role's section and the top of the file set.
 */

/** These name the cameras; the entries have their own. */
export const namingKeys = ["camera", "name"];

/** Settings of one camera: `camera` and `name` have one value, or `name` none. */
export type CameraSettings = Partial<Settings<Options>>;

/**
 * The cameras of the file, of the innermost scope that names any; undefined if a flag, a variable or `camera` in an inner
 * scope does. `scopes`: the innermost first.
 */
export function camerasOfFile(outer: readonly Layer[], scopes: readonly Scope[]): Scope["cameras"] {
  if (outer.some((layer) => layer("camera", anyOption))) return undefined;
  return scopes.find(({ cameras, givens }) => cameras || givens.has("camera"))?.cameras;
}

const anyOption: Option<unknown> = { placeholder: "", summary: "", parse: (text) => text };

/** What is wrong with how a scope names its cameras. */
export function namingFaults({ label, cameras, givens }: Scope): Fault[] {
  if (!cameras) return [];
  const path = label === "" ? camerasKey : `${label}.${camerasKey}`;
  const double = namingKeys.filter((key) => givens.has(key));
  const beside = double.map((key) => ({
    line: givens.get(key)?.line,
    text: `${givens.get(key)?.source}: cannot be set beside ${path}, whose entries have a ${key} each`,
  }));
  const lines = new Map<string, number | undefined>();
  const entries = cameras.entries.flatMap((entry): Fault[] => {
    const faults: Fault[] = [];
    if (!entry.givens.has("camera") && !entry.misspelt.has("camera"))
      faults.push({ line: entry.line, text: `${entry.label} has no camera: \`camera: SOURCE\` is required` });
    const name = entry.givens.get("name");
    const [{ text = "" } = {}] = name?.values ?? [];
    if (name === undefined) return faults;
    if (lines.has(text)) {
      const fault = `${name.source} "${text}": two cameras cannot have the same name, see line ${lines.get(text)}`;
      faults.push({ line: name.line, text: fault });
    } else lines.set(text, name.line);
    return faults;
  });
  return [...beside, ...entries];
}

/** The options of an entry: of `camera` and `name` it has one each. */
export function entryOptions(options: Options): Options {
  const single = namingKeys.map((key) => [key, options[key] && oneOnly(options[key])]);
  return { ...options, ...Object.fromEntries(single.filter(([, option]) => option)) };
}

function oneOnly({ many, required, ...option }: Option<unknown>): Option<unknown> {
  const parse = (text: string) => {
    const values = option.parse(text);
    if (Array.isArray(values) && values.length !== 1) throw new Error("must be one value");
    return values;
  };
  return { ...option, parse };
}

/** Reads the settings of one camera of the file. */
export function readCamera(
  options: Options,
  entry: Scope,
  outer: readonly Layer[],
  scopes: readonly Scope[],
): ParsedSettings<Options> {
  const shared = (layer: Layer) => without(layer, namingKeys);
  const layers = [...outer.map(shared), scopeLayer(entry), ...scopes.map(scopeLayer).map(shared)];
  const { settings, ...rest } = readSettings(entryOptions(options), layers);
  return { ...rest, settings: { ...settings, name: settings["name"] ?? [] } };
}

/** The cameras of `--camera`, which share all settings but the names. */
export function camerasOfFlags(options: Options, settings: CameraSettings): CameraSettings[] {
  const own = Object.keys(options).map((key) => [key, settings[key]]);
  const shared: CameraSettings = Object.fromEntries(own.filter(([, value]) => value !== undefined));
  const { camera = [], name = [] } = shared;
  return camera.map((source: string, index: number) => ({
    ...shared,
    camera: [source],
    name: name.slice(index, index + 1),
  }));
}
