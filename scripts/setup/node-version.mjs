import { readFileSync } from "node:fs";
import { SetupFailure } from "./report.mjs";

/** Fails when this Node.js is older than package.json's "engines" says. */
export function checkNodeVersion() {
  const version = process.versions.node;
  const file = new URL("../../package.json", import.meta.url);
  const needed = JSON.parse(readFileSync(file, "utf8")).engines.node.replace(">=", "");
  if (isOlder(version, needed)) {
    throw new SetupFailure(
      `facepipe needs Node.js ${needed} or newer, and this is ${version}`,
      "Install a newer one: https://nodejs.org/en/download",
    );
  }
}

function isOlder(version, needed) {
  const parts = version.split(".").map(Number);
  for (const [index, minimum] of needed.split(".").map(Number).entries()) {
    if (parts[index] !== minimum) return parts[index] < minimum;
  }
  return false;
}
