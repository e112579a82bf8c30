import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export interface Import {
  /** The importing file, e.g. `src/roles/detect/detect.ts`. */
  readonly file: string;
  /** A file of ours, e.g. `src/face/face.ts`, or a package or built-in module as it is written. */
  readonly target: string;
  readonly ours: boolean;
  /** `import type`: removed by the compiler. */
  readonly typeOnly: boolean;
}

const quoted = `["']([^"']+)["']`;
/** Each captures the word that makes it a type import, then the imported file or package. */
const patterns = [
  new RegExp(String.raw`^\s*(?:import|export)\s(type\s)?[^;"']*?\sfrom\s+${quoted}`, "gm"),
  new RegExp(String.raw`^\s*import()\s+${quoted}`, "gm"),
  new RegExp(String.raw`(typeof\s+)?\bimport\(\s*${quoted}`, "g"),
  new RegExp(String.raw`\brequire()(?:\.resolve)?\(\s*${quoted}`, "g"),
];

/** Each .ts file below `folder` with its text, without comments. */
export function sources(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".ts")).map((name) => join(folder, name));
  return new Map(files.sort().map((file) => [file, withoutComments(readFileSync(file, "utf8"))]));
}

/** Comments that start a line or follow a space; not `//` within a URL. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** All that `file` imports, statically, dynamically, as types and with `require`. */
export function importsOf(file: string, text: string): Import[] {
  return patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map(([, type, written = ""]) => {
      const ours = written.startsWith(".");
      const target = ours ? posix.join(posix.dirname(file), written) : written;
      return { file, target, ours, typeOnly: Boolean(type) };
    }),
  );
}

/** The first import cycle found, as the path around it. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const targetsOf = (file: string) =>
    imports.filter((each) => each.ours && each.file === file).map(({ target }) => target);
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const target of targetsOf(file)) {
      const circle = visit(target, [...path, file]);
      if (circle) return circle;
    }
    finished.add(file);
    return undefined;
  };
  for (const { file } of imports) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return undefined;
}
