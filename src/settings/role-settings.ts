import {
  type CameraSettings,
  camerasOfFile,
  camerasOfFlags,
  namingFaults,
  namingKeys,
  readCamera,
} from "./cameras.ts";
import { commonOptions, withCommon } from "./common-options.ts";
import type { ConfigFile } from "./config/config-file.ts";
import { type Scope, type Scopes, scopeLayer, scopesOf } from "./config/scopes.ts";
import { unusedFaults } from "./config/unused-values.ts";
import type { Environment } from "./environment.ts";
import { environmentLayer, type Fault, type Flags, flagLayer, type Given, without } from "./given.ts";
import type { Subcommand } from "./help.ts";
import { flagOf } from "./names.ts";
import type { Options, Settings } from "./option.ts";
import { type Origins, type ParsedSettings, readSettings } from "./read-settings.ts";

/** All that is said about the settings of a role. */
export interface RoleSettings {
  readonly settings: Partial<Settings<Options>> & { readonly cameras: readonly CameraSettings[] };
  readonly origins: Origins;
  /** Of the cameras in the configuration file; empty if a flag or a variable names the cameras. */
  readonly cameraOrigins: readonly Origins[];
  readonly faults: readonly Fault[];
}

export interface Sources {
  readonly flags: Flags;
  readonly environment: Environment;
  readonly config?: ConfigFile | undefined;
}

/** Reads the settings of a role: a flag beats a variable, which beats the file, which beats the default. */
export function readRoleSettings(
  role: Subcommand,
  roles: readonly Subcommand[],
  { flags, environment, config }: Sources,
): RoleSettings {
  const options = withCommon(role.options);
  const { cameraOptions = {} } = role;
  const outer = [flagLayer(flags), environmentLayer(environment)];
  const file = config && scopesOf(config, roles);
  const scopes = file ? scopesFor(role, file) : [];
  const list = role.cameraOptions && camerasOfFile(outer, scopes);
  const inFile = scopes.map(scopeLayer).map((layer) => (list ? without(layer, namingKeys) : layer));
  const isBroken = config?.unreadable !== undefined || (config?.faults.length ?? 0) > 0;
  const replaced = isBroken
    ? new Set(Object.keys(options))
    : new Set(scopes.flatMap(({ misspelt }) => [...misspelt]));
  if (list && list.entries.length > 0) replaced.add("camera");
  const read = readSettings(options, [...outer, ...inFile], replaced);
  const ofFile = (list?.entries ?? []).map((entry) => readCamera(cameraOptions, entry, outer, scopes));
  const cameras = renamed(ofFile, read);
  const used = new Set<Given>([read, ...cameras].flatMap(({ origins }) => [...origins.values()]));
  return {
    settings: {
      ...read.settings,
      cameras: list ? cameras.map(({ settings }) => settings) : camerasOfFlags(cameraOptions, read.settings),
    },
    origins: read.origins,
    cameraOrigins: cameras.map(({ origins }) => origins),
    faults: [
      ...(config?.faults ?? []),
      ...[
        ...read.faults,
        ...cameras.flatMap(({ faults }) => faults),
        ...checkFaults(role, read, cameras),
        ...(file ? fileFaults(file, roles, used) : []),
      ].filter(({ line }) => !config?.faults.some((syntax) => syntax.line === line)),
    ],
  };
}

/** The innermost first: its own section, those of the roles that it runs, the top. */
function scopesFor({ name, runs = [] }: Subcommand, { sections, top }: Scopes): Scope[] {
  const own = sections.get(name) ?? [];
  const theirs = runs.flatMap((role) => withoutCommon(sections.get(role)));
  return [own, theirs, top].flat();
}

/** `http` or `log-level` of another role are that role's alone. */
function withoutCommon(scope: Scope | undefined): Scope[] {
  if (!scope) return [];
  const givens = [...scope.givens].filter(([key]) => !(key in commonOptions));
  return [{ ...scope, givens: new Map(givens) }];
}

function fileFaults(file: Scopes, roles: readonly Subcommand[], used: ReadonlySet<Given>): Fault[] {
  const naming = [file.top, ...file.sections.values()].flatMap(namingFaults);
  return [...file.faults, ...naming, ...unusedFaults(file, roles, used)];
}

/** `--name` beats the names of the file, in the same order. */
function renamed(
  cameras: readonly ParsedSettings<Options>[],
  { settings, origins }: ParsedSettings<Options>,
) {
  const { name: names = [] } = settings;
  const { source } = origins.get("name") ?? {};
  if (source === undefined || names.length !== cameras.length) return cameras;
  return cameras.map((camera, index) => {
    const text: string = names[index];
    const name = { source, values: [{ text, source }] };
    return {
      ...camera,
      settings: { ...camera.settings, name: [text] },
      origins: new Map(camera.origins).set("name", name),
    };
  });
}

type Parsed = ParsedSettings<Options>;

/** Conflicts between settings, each with the line of a setting that the file has. */
function checkFaults(role: Subcommand, read: Parsed, cameras: readonly Parsed[]): Fault[] {
  const isInFile = cameras.length > 0;
  const own = isInFile
    ? cameras.map(({ settings }) => settings)
    : camerasOfFlags(role.cameraOptions ?? {}, read.settings);
  const faults = role.check?.({ ...read.settings, cameras: own }) ?? [];
  const ofCameras = (isInFile ? cameras : [read]).flatMap(({ settings, origins }) =>
    (role.checkCamera?.(settings) ?? []).map((text) => located(text, origins)),
  );
  return [...faults.map((text) => located(text, read.origins)), ...ofCameras];
}

function located(text: string, origins: Origins): Fault {
  const lines = new Map(Array.from(origins, ([key, { line }]) => [flagOf(key), line]));
  const flags = text.match(/--[a-z][a-z0-9-]*/g) ?? [];
  return { text, line: flags.map((flag) => lines.get(flag)).find((line) => line !== undefined) };
}
