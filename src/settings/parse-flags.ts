import { suggest } from "./environment.ts";
import type { Flags } from "./given.ts";
import { flagOf } from "./names.ts";
import type { Options } from "./option.ts";
import { shownValue } from "./url-login.ts";

/**
 * Reads `--flag value`, `--flag=value` and switches, and collects all faults. Whatever follows a flag is its value unless
 * it is a known flag: a password may begin with a dash.
 */
export function parseFlags(options: Options, args: readonly string[]): { flags: Flags; faults: string[] } {
  const keys = new Map(Object.keys(options).map((key) => [flagOf(key), key]));
  const flags: Record<string, string | true> = {};
  const faults: string[] = [];
  /** The flag before, if a password may continue here: one with spaces that has no quotation marks. */
  let secretFlag: string | undefined;
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const [, flag = "", inline] = /^(-[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const key = keys.get(flag);
    const [next] = words;
    if (key !== undefined) {
      const isSwitch = options[key]?.placeholder === undefined;
      const alone = isSwitch || next === undefined || isFlag(next, keys);
      const value = inline ?? (alone ? true : (words.shift() ?? true));
      const before = options[key]?.many ? flags[key] : undefined;
      flags[key] = typeof before === "string" && typeof value === "string" ? `${before}\n${value}` : value;
      const end = words.findIndex((each) => isFlag(each, keys));
      const others = words.slice(0, end < 0 ? undefined : end);
      const isSecret = options[key]?.secret || others.some((each) => each.includes("@"));
      secretFlag = isSecret ? flag : undefined;
    } else if (secretFlag !== undefined && !isLikeFlag(word, keys)) {
      faults.push(
        `what follows the value of ${secretFlag} is no option: put quotation marks around a value with spaces`,
      );
      // Further words would only repeat the fault.
      while (words[0] !== undefined && !isFlag(words[0], keys)) words.shift();
      secretFlag = undefined;
    } else if (flag === "") {
      faults.push(`"${shownValue(word)}" is not an option; each value belongs to a --flag`);
    } else {
      faults.push(`${shownFlag(flag)}: there is no such option${suggest(flag, keys.keys())}`);
      // The next word may be its value, possibly a secret, even if that begins with a dash.
      const isValue = next !== undefined && !isFlag(next, keys) && !isLikeFlag(next, keys);
      if (inline === undefined && isValue) words.shift();
    }
  }
  return { flags, faults };
}

function isFlag(word: string, keys: ReadonlyMap<string, string>): boolean {
  return keys.has(word.split("=", 1)[0] ?? "");
}

/** A misspelt flag rather than a value that begins with a dash. */
function isLikeFlag(word: string, keys: ReadonlyMap<string, string>): boolean {
  const [flag = ""] = word.split("=", 1);
  return flag.startsWith("-") && suggest(flag, keys.keys()) !== "";
}

/** What has not the form of a flag may be a password. */
function shownFlag(flag: string): string {
  return /^--?[a-z-]*$/i.test(flag) ? flag : "an argument that begins with -";
}
