import { suggest } from "./environment.ts";
import { flagOf } from "./names.ts";
import type { Options } from "./option.ts";
import { type Flags, withoutLogin } from "./read-settings.ts";

/**
 * Reads `--flag value`, `--flag=value` and switches, and collects all faults. Whatever follows a flag is its value unless
 * it is a known flag: a password may begin with a dash.
 */
export function parseFlags(options: Options, args: readonly string[]): { flags: Flags; faults: string[] } {
  const keys = new Map(Object.keys(options).map((key) => [flagOf(key), key]));
  const flags: Record<string, string | true> = {};
  const faults: string[] = [];
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag = "", inline] = /^(-[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const key = keys.get(flag);
    const [next] = words;
    if (key !== undefined) {
      const isSwitch = options[key]?.placeholder === undefined;
      const alone = isSwitch || next === undefined || keys.has(next.split("=", 1)[0] ?? "");
      const value = inline ?? (alone ? true : (words.shift() ?? true));
      const before = options[key]?.many ? flags[key] : undefined;
      flags[key] = typeof before === "string" && typeof value === "string" ? `${before}\n${value}` : value;
    } else if (flag === "") {
      faults.push(`"${withoutLogin(word)}" is not an option; each value belongs to a --flag`);
    } else {
      faults.push(`${flag}: there is no such option${suggest(flag, keys.keys())}`);
      // The next word may be its value, possibly a secret.
      if (inline === undefined && next?.startsWith("-") === false) words.shift();
    }
  }
  return { flags, faults };
}
