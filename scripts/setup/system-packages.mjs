import { apt } from "./apt.mjs";
import { homebrew } from "./homebrew.mjs";
import { report } from "./report.mjs";

/** Installs the system packages that facepipe and, with `tests`, its tests need. */
export async function installSystemPackages({ tests }) {
  const manager = [apt, homebrew].find(({ isAvailable }) => isAvailable());
  if (!manager) {
    return report(
      "system packages",
      "neither apt nor Homebrew found: OpenCV 4 with headers, a C++17 compiler, make and python3 must be installed",
    );
  }
  const needed = tests ? [...manager.runtime, ...manager.test] : manager.runtime;
  if (tests && manager.testNote) report("system packages", manager.testNote);
  const missing = manager.missing(needed);
  if (missing.length === 0) return report("system packages", "up to date");
  await manager.install(missing);
}
