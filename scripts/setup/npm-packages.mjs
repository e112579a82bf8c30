import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { report, reportWhile } from "./report.mjs";
import { runLogged } from "./run.mjs";

/** npm's record of the installed packages. */
const installedLock = join("node_modules", ".package-lock.json");

/** Runs `npm ci` when node_modules differs from package-lock.json. */
export async function installNpmPackages() {
  if (existsSync(installedLock) && matchesLock()) return report("npm packages", "up to date");
  // No install scripts: esbuild's is not needed, and OpenCV's would download OpenCV's source (see opencv-addon.mjs).
  const install = () =>
    runLogged(
      "npm-ci",
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
      "Check that the npm registry is reachable, then try again.",
    );
  await reportWhile("npm packages", "installing", install);
}

/** True when each locked package is installed in its version; optional ones, for other platforms, may be absent. */
function matchesLock() {
  const installed = packages(installedLock);
  const locked = packages("package-lock.json");
  if (Object.keys(installed).some((path) => !locked[path])) return false;
  return Object.entries(locked).every(([path, { version, integrity, optional }]) => {
    const found = installed[path];
    if (path === "") return true;
    return found ? found.version === version && found.integrity === integrity : optional;
  });
}

function packages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}
