import { apt } from "./apt.mjs";
import { homebrew } from "./homebrew.mjs";
import { say } from "./say.mjs";

/** Installs the system's packages that facepipe, and with `tests` its tests, need. */
export async function installSystemPackages({ tests }) {
  const manager = [apt, homebrew].find(({ here }) => here());
  if (!manager) {
    return say(
      "system packages",
      "neither apt nor Homebrew here: OpenCV 4 with headers, a C++17 compiler, make and python3 must be there",
    );
  }
  const needed = tests ? [...manager.toRun, ...manager.toTest] : manager.toRun;
  if (tests && manager.withoutTests) say("system packages", manager.withoutTests);
  const missing = manager.missing(needed);
  if (missing.length === 0) return say("system packages", "already there");
  await manager.install(missing);
}
