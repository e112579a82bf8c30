import { flag, numberBetween, option } from "../../settings/option.ts";

/** Options that every check has. */
export const checkOptions = {
  wait: option("SECONDS", "keep trying for this long, until every step succeeds", numberBetween(0), {
    fallbackNote: "one attempt",
  }),
  json: flag("print JSON lines for machines"),
  quiet: flag("print nothing on stdout; the exit code is the result"),
};

export function checkFaults({ json, quiet }: { json?: boolean; quiet?: boolean }): string[] {
  return json && quiet ? ["--json and --quiet cannot both be set"] : [];
}
