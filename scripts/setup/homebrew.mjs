import { output, runLogged } from "./run.mjs";
import { sayWhile } from "./say.mjs";

/** macOS; Homebrew itself brings the compiler (Xcode's command line tools). */
export const homebrew = {
  here: () => process.platform === "darwin" && output("brew", ["--version"]) !== undefined,
  toRun: ["opencv"],
  toTest: ["mosquitto", "ffmpeg"],
  withoutTests: "Ceph does not exist for macOS: the tests that need an S3 server skip themselves",

  missing(needed) {
    const installed = new Set((output("brew", ["list", "--formula", "-1"]) ?? "").split("\n"));
    return needed.filter((name) => !installed.has(name));
  },

  async install(missing) {
    const remedy = `Run it yourself: brew install ${missing.join(" ")}`;
    const run = () => runLogged("system-packages", "brew", ["install", ...missing], remedy);
    await sayWhile("system packages", `installing ${missing.join(" ")}`, run);
  },
};
