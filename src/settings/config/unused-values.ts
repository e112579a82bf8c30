import { entryOptions } from "../cameras.ts";
import { withCommon } from "../common-options.ts";
import type { Fault, Given } from "../given.ts";
import type { Subcommand } from "../help.ts";
import { type Option, type Options, readText } from "../option.ts";
import { parseGiven } from "../read-settings.ts";
import type { Scope, Scopes } from "./scopes.ts";

/**
 * What is wrong with the values that the running role does not use: those of other roles, and those that something
 * overrides. `used`: the others.
 */
export function unusedFaults(
  { top, sections }: Scopes,
  roles: readonly Subcommand[],
  used: ReadonlySet<Given>,
): Fault[] {
  const faultsIn = (scope: Scope, tables: readonly Options[], cameraTables: readonly Options[]): Fault[] => {
    const own = [...scope.givens].flatMap(([key, given]) => {
      if (used.has(given)) return [];
      return faultsForAll(
        tables.flatMap((options) => options[key] ?? []),
        given,
      );
    });
    const entries = scope.cameras?.entries ?? [];
    return [...own, ...entries.flatMap((entry) => faultsIn(entry, cameraTables, []))];
  };
  const camerasOf = (some: readonly Subcommand[]) =>
    some.flatMap(({ cameraOptions }) => (cameraOptions ? [entryOptions(cameraOptions)] : []));
  const all = roles.map(({ options }) => withCommon(options));
  const inSections = roles.flatMap((role) => {
    const section = sections.get(role.name);
    return section ? faultsIn(section, [withCommon(role.options)], camerasOf([role])) : [];
  });
  return [...faultsIn(top, all, camerasOf(roles)), ...inSections];
}

/** The faults of a value that none of these options accepts: the same key can mean something else to another role. */
function faultsForAll(options: readonly Option<unknown>[], given: Given): readonly Fault[] {
  const faults = options.map((option) => parseGiven(withoutFile(option), given).faults);
  return faults.some((each) => each.length === 0) ? [] : (faults[0] ?? []);
}

/** The file may be on the machine of the other role alone. */
function withoutFile(option: Option<unknown>): Option<unknown> {
  return option.readsFile ? { ...option, parse: readText } : option;
}
