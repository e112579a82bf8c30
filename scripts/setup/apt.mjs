import { spawnSync } from "node:child_process";
import { reportWhile, SetupFailure } from "./report.mjs";
import { output, runLogged } from "./run.mjs";
import { disableServices, newServices } from "./services.mjs";

const step = "system packages";
const installCommand = ["apt-get", "install", "--yes", "--no-install-recommends"];

/** Debian and Ubuntu. */
export const apt = {
  isAvailable: () => output("dpkg-query", ["--version"]) !== undefined,
  runtime: ["libopencv-dev", "opencv-data", "g++", "make", "python3"],
  test: [
    // Real brokers, a real S3 server, videos, certificates.
    "mosquitto",
    "mosquitto-clients",
    "rabbitmq-server",
    "nats-server",
    "ceph-mon",
    "ceph-osd",
    "ceph-common",
    "radosgw",
    "ffmpeg",
    "openssl",
    // A real RTSP camera.
    "python3-gi",
    "gir1.2-gst-rtsp-server-1.0",
    // Checks the shell scripts for AWS.
    "shellcheck",
    // The Python programs that the benchmarks compare with.
    "python3-opencv",
    "python3-paho-mqtt",
    "python3-boto3",
    "python3-pil",
    // Fills the index of a bucket with a million keys.
    "python3-rados",
  ],

  missing(needed) {
    // Fails when a package is unknown, but prints the known ones.
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's format.
    const format = ["-W", "-f", "${Package} ${db:Status-Status}\\n"];
    const { stdout } = spawnSync("dpkg-query", [...format, ...needed], { encoding: "utf8" });
    const installed = new Set(stdout.split("\n").filter((line) => line.endsWith(" installed")));
    return needed.filter((name) => !installed.has(`${name} installed`));
  },

  async install(missing) {
    const asRoot = rootPrefix(missing);
    const services = newServices(missing);
    const run = (name, [command, ...args]) => runLogged(name, command, args, remedy(missing));
    // A package must not ask questions; an automatic upgrade may hold the lock for some time.
    const noninteractive = ["env", "DEBIAN_FRONTEND=noninteractive"];
    const lockTimeout = ["-o", "DPkg::Lock::Timeout=300"];
    await reportWhile(step, "apt-get update", () =>
      run("apt-update", [...asRoot, "apt-get", "update", ...lockTimeout]),
    );
    await reportWhile(step, `installing ${missing.join(" ")}`, () =>
      run("apt-install", [...asRoot, ...noninteractive, ...installCommand, ...lockTimeout, ...missing]),
    );
    await disableServices(services, asRoot);
  },
};

/** The command prefix for root; fails with the command to run when there is none. */
function rootPrefix(missing) {
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
