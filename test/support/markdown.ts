import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The pages of the project: those that git tracks, and new ones. */
export function markdownPages(): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"];
  const names = execFileSync("git", args, { encoding: "utf8" }).split("\0");
  return names.filter((name) => name !== "" && existsSync(name));
}
