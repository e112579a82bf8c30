import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { loadRoles } from "../../src/roles/role-table.ts";
import { configPath, readCommandLine } from "../../src/settings/command-line.ts";
import { withCommon } from "../../src/settings/common-options.ts";
import { readConfigFile } from "../../src/settings/config/config-file.ts";
import { camerasKey } from "../../src/settings/config/scopes.ts";
import type { Environment } from "../../src/settings/environment.ts";
import { fileKeyOf } from "../../src/settings/names.ts";

const roles = await loadRoles();

/**
 * What facepipe reads from arguments, variables and the configuration file that they name: the settings, and the keys of
 * the file for this role that hold or are overridden. Throws the faults.
 */
export function readSettings(args: readonly string[], environment: Environment) {
  const [role = ""] = args;
  const path = configPath(args.slice(1), environment);
  const config = path === undefined ? undefined : readConfigFile(path);
  const { settings, sources } = readCommandLine(roles, args, environment, config);
  if (settings === "help" || !sources) throw new Error("help");
  const file = path === undefined ? {} : parse(readFileSync(path, "utf8"));
  const { options = {}, cameraOptions } = roles.find(({ name }) => name === role) ?? {};
  const known = [...Object.keys(withCommon(options)).map(fileKeyOf), ...(cameraOptions ? [camerasKey] : [])];
  const inFile = Object.keys({ ...file, ...file[role] }).filter((key) => known.includes(key));
  const fromFile = [...sources.origins].filter(([, { line }]) => line !== undefined);
  const holding = new Set(fromFile.map(([key]) => fileKeyOf(key)));
  if (sources.cameraOrigins.length > 0) holding.add(camerasKey);
  return {
    settings: settings as typeof settings & Readonly<Record<string, unknown>>,
    holding: [...holding].sort(),
    overridden: inFile.filter((key) => !holding.has(key)),
  };
}
