import { cpSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "./run.mjs";

/** Compiles web/ to dist/web/. */
export async function buildPage() {
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  await runLogged("build", process.execPath, [compiler, "-p", "web"], "Fix the compiler's errors.");
  cpSync(join("web", "static"), join("dist", "web"), { recursive: true });
}
