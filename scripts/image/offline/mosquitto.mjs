/**
 * Builds a replacement for the image eclipse-mosquitto, under its official name, so that manifests run unchanged. Needs Debian's
 * base image (the argument is its name) and Debian's package servers. Does nothing when the image exists.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { podmanEnvironment } from "../podman.mjs";

export const brokerImage = "docker.io/library/eclipse-mosquitto:2.0.22";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Throws when the build fails; its output goes to the terminal. */
export function makeBrokerImage(base) {
  const env = { ...process.env, ...podmanEnvironment() };
  if (spawnSync("podman", ["image", "exists", brokerImage], { env }).status === 0) return;
  const file = ["--file", `${folder}mosquitto.Containerfile`, "--build-arg", `BASE=${base}`];
  // The host's network reaches Debian's servers. Only the Docker format supports health checks.
  const how = ["--network", "host", "--pull-never", "--format", "docker", "--layers=false"];
  const { status } = spawnSync("buildah", ["build", ...how, ...file, "--tag", brokerImage, folder], {
    env,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error(`buildah could not make ${brokerImage} from ${base}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeBrokerImage(process.argv[2]);
