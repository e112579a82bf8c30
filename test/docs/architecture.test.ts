import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const page = readFileSync("docs/architecture.md", "utf8");

test("every path that docs/architecture.md names exists", () => {
  const paths = page.matchAll(/`((?:src|test|scripts|bench|deploy|bin|docs)\/[\w./-]*)`/g);
  const missing = Array.from(paths, ([, path = ""]) => path).filter((path) => !existsSync(path));
  assert.deepEqual([...new Set(missing)], []);
});

test("docs/architecture.md draws every folder of src/ that contains code", () => {
  const drawn = new Set(foldersDrawn());
  const folders = readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, ""))
    .filter((folder) => folder !== "src");
  const missing = [...new Set(folders)].filter((folder) => !drawn.has(folder));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    [...drawn].filter((folder) => !existsSync(folder)),
    [],
  );
});

/** The folders of the picture below "src/": two spaces of indentation for each level, names end with a slash. */
function foldersDrawn(): string[] {
  const [, picture = ""] = /^ {4}src\/\n((?: {6}.*\n|\n)+)/m.exec(page) ?? [];
  const above: string[] = ["src"];
  return Array.from(picture.matchAll(/^ {4}((?: {2})+)([\w-]+)\//gm), ([, indent = "", name = ""]) => {
    const level = indent.length / 2;
    above.length = level;
    above[level] = join(above[level - 1] ?? "", name);
    return above[level];
  });
}
