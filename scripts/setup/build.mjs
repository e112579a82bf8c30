import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "./run.mjs";
import { say, sayWhile } from "./say.mjs";

const stamp = join("dist", ".built");
const inputs = ["src", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** Compiles src/ to dist/, unless nothing has changed since. */
export async function build() {
  if (existsSync(stamp) && newest(inputs) < Date.parse(readFileSync(stamp, "utf8")))
    return say("build", "already there");
  const started = new Date();
  // What is left of files that were renamed would still be found.
  rmSync("dist", { recursive: true, force: true });
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  const compile = () =>
    runLogged(
      "build",
      process.execPath,
      [compiler, "-p", "tsconfig.build.json"],
      "Mend what the compiler says.",
    );
  await sayWhile("build", "compiling src/ to dist/", compile);
  writeFileSync(stamp, started.toISOString());
}

/** When any of these was last changed, milliseconds; a folder counts too, it changes when a file goes. */
function newest(paths) {
  return Math.max(
    ...paths.map((path) => {
      const { mtimeMs } = statSync(path);
      if (!statSync(path).isDirectory()) return mtimeMs;
      return Math.max(mtimeMs, newest(readdirSync(path).map((name) => join(path, name))));
    }),
  );
}
