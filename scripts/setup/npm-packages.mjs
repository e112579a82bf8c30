import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "./run.mjs";
import { say, sayWhile } from "./say.mjs";

/** npm's own note of what it installed. */
const receipt = join("node_modules", ".package-lock.json");

/** `npm ci` when node_modules is not what package-lock.json says. */
export async function installNpmPackages() {
  if (existsSync(receipt) && sameAsLocked()) return say("npm packages", "already there");
  // No install scripts: esbuild's is not needed, and OpenCV's would download OpenCV's source (see opencv-addon.mjs).
  const install = () =>
    runLogged(
      "npm-ci",
      "npm",
      ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
      "Is the npm registry reachable? Then try again.",
    );
  await sayWhile("npm packages", "installing", install);
}

/** True when each locked package is installed in its version; those for other platforms may be absent. */
function sameAsLocked() {
  const installed = packages(receipt);
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
