import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const symbols = (...args) =>
  execFileSync("nm", ["-D", "--without-symbol-versions", ...args], { encoding: "utf8", maxBuffer: 1e8 })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));

/**
 * Writes into `folder` a library of this name that defines only the functions that others of `libraries` (paths by name) import
 * from the real one. Debian links with BIND_NOW, so the program does not start unless all are defined. Each returns 0: no data
 * set, no codec, no picture.
 */
export function makeStub(name, libraries, folder) {
  const real = libraries.get(name);
  const defined = new Map(symbols("--defined-only", real).map(([, type, symbol]) => [symbol, type]));
  const users = [...libraries.values()].filter((path) => needs(path, name));
  const taken = new Set(
    users.flatMap((path) => symbols("--undefined-only", path).map((line) => line.at(-1))),
  );
  const wanted = [...taken].filter((symbol) => defined.has(symbol));
  const data = wanted.filter((symbol) => !["T", "W", "t", "i"].includes(defined.get(symbol)));
  if (data.length > 0) throw new Error(`${name} cannot be a stub: others import its data ${data.join(", ")}`);
  const lines = wanted.map((symbol) => `long ${symbol}(void) { return 0; }`);
  const source = join(folder, `${name}.c`);
  writeFileSync(source, `${lines.join("\n")}\n`);
  execFileSync("gcc", [
    "-shared",
    "-fPIC",
    "-Os",
    "-s",
    `-Wl,-soname,${name}`,
    "-o",
    join(folder, name),
    source,
  ]);
}

function needs(path, name) {
  return execFileSync("readelf", ["-d", path], { encoding: "utf8" }).includes(`Shared library: [${name}]`);
}
