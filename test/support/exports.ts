import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { sources } from "./imports.ts";

interface Export {
  readonly name: string;
  readonly typeOnly: boolean;
}

interface ImportedName {
  /** A file of ours, e.g. `src/face/face.ts`. */
  readonly target: string;
  /** `*` for all that the file exports. */
  readonly name: string;
}

const declaration = /^export (?:async |abstract )*(function\*?|const|let|class|interface|type) (\w+)/gm;
const exportList = /^export (type )?\{([^}]*)\}/gm;
/** Each captures what is imported and from where. */
const importPatterns = [
  /^\s*(?:import|export)\s(?:type\s)?\s*(\*|\{[^}]*\})[^;"']*?\sfrom\s+["']([^"']+)["']/gm,
  /(\{[^{}]*\})\s*=\s*await\s+import\(\s*["']([^"']+)["']\s*\)/g,
];
const importCall = /(?<!\}\s*=\s*await\s+)\bimport\(\s*["']([^"']+)["']\s*\)\)?(?:\.(\w+))?/g;

export function exportsOf(text: string): Export[] {
  const declared = Array.from(text.matchAll(declaration), ([, kind = "", name = ""]) => ({
    name,
    typeOnly: /interface|type/.test(kind),
  }));
  const listed = [...text.matchAll(exportList)].flatMap(([, type, names = ""]) =>
    parts(names).map((part) => ({ name: part.replace(/^.*\bas /, ""), typeOnly: Boolean(type) })),
  );
  return [...declared, ...listed];
}

/** Every name that `file` imports or exports again from files of ours. */
export function namesImported(file: string, text: string): ImportedName[] {
  const resolve = (written: string) =>
    // Scripts and the command import compiled files.
    posix.join(posix.dirname(file), written).replace(/^dist\/(.*)\.js$/, "src/$1.ts");
  const listed = importPatterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, list = "", written = ""]) =>
      parts(list.replace(/[{}]/g, "")).map((part) => ({
        target: resolve(written),
        name: part.replace(/\s*(:|\bas\b).*$/, ""),
      })),
    ),
  );
  const called = Array.from(text.matchAll(importCall), ([, written = "", name = "*"]) => ({
    target: resolve(written),
    name,
  }));
  return [...listed, ...called];
}

/** The parts of an import or export list, without the keyword `type`. */
function parts(list: string): string[] {
  return list
    .split(",")
    .map((part) => part.trim().replace(/^type /, ""))
    .filter((part) => part !== "");
}

/**
 * The exports of src/ that no other file imports, as `FILE exports NAME`. Types that their own file uses are no fault: they are part
 * of what the file exports.
 */
export function unusedExports(): string[] {
  const files = [...["src", "test", "bench"].flatMap((folder) => [...sources(folder)]), ...scripts()];
  const imported = files.flatMap(([file, text]) => namesImported(file, text));
  const used = new Set(imported.map(({ target, name }) => `${target} ${name}`));
  return [...sources("src")].flatMap(([file, text]) =>
    exportsOf(text)
      .filter(({ name }) => !used.has(`${file} ${name}`) && !used.has(`${file} *`))
      .filter(({ name, typeOnly }) => !typeOnly || text.match(new RegExp(`\\b${name}\\b`, "g"))?.length === 1)
      .map(({ name }) => `${file} exports ${name}`),
  );
}

function scripts(): [string, string][] {
  return ["bin", "scripts"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(js|mjs|ts)$/.test(name))
      .map((name): [string, string] => [posix.join(folder, name), readFileSync(join(folder, name), "utf8")]),
  );
}
