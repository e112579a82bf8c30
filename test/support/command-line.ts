import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { loadRoles } from "../../src/roles/role-table.ts";
import { configPath, readCommandLine } from "../../src/settings/command-line.ts";
import { readConfigFile } from "../../src/settings/config/config-file.ts";
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
  const own = Object.keys(file[role] ?? {});
  const shared = Object.keys(file).filter((key) => !roles.some(({ name }) => name === key));
  const fromFile = [...sources.origins].filter(([, { line }]) => line !== undefined);
  const holding = new Set(fromFile.map(([key]) => fileKeyOf(key)));
  if (sources.cameraOrigins.length > 0) holding.add("cameras");
  return {
    settings: settings as typeof settings & Readonly<Record<string, unknown>>,
    holding: [...holding].sort(),
    overridden: [...shared, ...own].filter((key) => !holding.has(key)),
  };
}
