import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "./build-page.mjs";
import { report, reportWhile } from "./report.mjs";
import { runLogged } from "./run.mjs";

const stamp = join("dist", ".built");
const inputs = ["src", "web", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];

/** Compiles src/ to dist/ and web/ to dist/web/, unless it is up to date. */
export async function build() {
  if (existsSync(stamp) && newest(inputs) < Date.parse(readFileSync(stamp, "utf8")))
    return report("build", "up to date");
  const started = new Date();
  // Outputs of renamed files would remain.
  rmSync("dist", { recursive: true, force: true });
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  const compile = () =>
    runLogged(
      "build",
      process.execPath,
      [compiler, "-p", "tsconfig.build.json"],
      "Fix the compiler's errors.",
    );
  await reportWhile("build", "compiling src/ and web/ to dist/", compile);
  await buildPage();
  writeFileSync(stamp, started.toISOString());
}

/** The latest modification time, milliseconds; folders count, since a deleted file changes only its folder. */
function newest(paths) {
  return Math.max(
    ...paths.map((path) => {
      const { mtimeMs } = statSync(path);
      if (!statSync(path).isDirectory()) return mtimeMs;
      return Math.max(mtimeMs, newest(readdirSync(path).map((name) => join(path, name))));
    }),
  );
}
