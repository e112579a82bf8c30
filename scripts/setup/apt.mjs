import { spawnSync } from "node:child_process";
import { output, runLogged } from "./run.mjs";
import { SetupFailure, say, sayWhile } from "./say.mjs";

const step = "system packages";
const installCommand = ["apt-get", "install", "--yes", "--no-install-recommends"];

/** Debian and Ubuntu. */
export const apt = {
  here: () => output("dpkg-query", ["--version"]) !== undefined,
  toRun: ["libopencv-dev", "opencv-data", "g++", "make", "python3"],
  toTest: [
    // Real brokers, a real S3 server, videos, certificates.
    ...["mosquitto", "mosquitto-clients"],
    ...["ceph-mon", "ceph-osd", "ceph-common", "radosgw"],
    ...["ffmpeg", "openssl"],
    // A real RTSP camera.
    ...["python3-gi", "gir1.2-gst-rtsp-server-1.0"],
    // The shell scripts for AWS are read by it.
    "shellcheck",
    // What facepipe is held against: the usual Python.
    ...["python3-opencv", "python3-paho-mqtt", "python3-boto3", "python3-pil"],
  ],

  missing(needed) {
    // Fails when a package is not known at all; what it knows it prints all the same.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own fields.
    const format = ["-W", "-f", "${Package} ${db:Status-Status}\\n"];
    const { stdout } = spawnSync("dpkg-query", [...format, ...needed], { encoding: "utf8" });
    const installed = new Set(stdout.split("\n").filter((line) => line.endsWith(" installed")));
    return needed.filter((name) => !installed.has(`${name} installed`));
  },

  async install(missing) {
    const asRoot = becomeRoot(missing);
    const run = (name, [command, ...args]) => runLogged(name, command, args, remedy(missing));
    // A package that asks questions would wait for ever; a machine's own upgrade may hold the lock for a while.
    const quietly = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const patiently = ["-o", "DPkg::Lock::Timeout=300"];
    await sayWhile(step, "apt-get update", () =>
      run("apt-update", [...asRoot, "apt-get", "update", ...patiently]),
    );
    await sayWhile(step, `installing ${missing.join(" ")}`, () =>
      run("apt-install", [...asRoot, ...quietly, ...installCommand, ...patiently, ...missing]),
    );
    if (missing.includes("mosquitto") && output("systemctl", ["is-active", "mosquitto"])) {
      say(step, "Debian has started mosquitto as a service on port 1883; facepipe's tests do not use it");
    }
  },
};

/** The words that make a command root's, or a failure that names the one command to run. */
function becomeRoot(missing) {
  if (process.getuid() === 0) return [];
  if (output("sudo", ["-n", "true"]) !== undefined) return ["sudo", "-n"];
  if (process.stdin.isTTY && spawnSync("sudo", ["-v"], { stdio: "inherit" }).status === 0) return ["sudo"];
  throw new SetupFailure(
    `facepipe needs system packages that are not installed: ${missing.join(" ")}`,
    remedy(missing),
  );
}

function remedy(missing) {
  const commands = `apt-get update && ${installCommand.join(" ")} ${missing.join(" ")}`;
  const sudo = output("sudo", ["--version"]) !== undefined;
  return `Run this, then try again:\n\n  ${sudo ? "sudo sh" : "su"} -c '${commands}'`;
}
