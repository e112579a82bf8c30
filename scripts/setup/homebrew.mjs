import { reportWhile } from "./report.mjs";
import { output, runLogged } from "./run.mjs";

/** macOS; Homebrew requires the compiler (Xcode's command line tools). */
export const homebrew = {
  isAvailable: () => process.platform === "darwin" && output("brew", ["--version"]) !== undefined,
  runtime: ["opencv"],
  test: ["mosquitto", "ffmpeg"],
  testNote:
    "Ceph is not available for macOS, and RabbitMQ and NATS are not installed there: the tests that need them are skipped",

  missing(needed) {
    const installed = new Set((output("brew", ["list", "--formula", "-1"]) ?? "").split("\n"));
    return needed.filter((name) => !installed.has(name));
  },

  async install(missing) {
    const remedy = `Run it yourself: brew install ${missing.join(" ")}`;
    const run = () => runLogged("system-packages", "brew", ["install", ...missing], remedy);
    await reportWhile("system packages", `installing ${missing.join(" ")}`, run);
  },
};
