/**
 * Makes the stand-in for the broker's image, under the official name, so that manifests run as they are. Wants Debian's base image
 * (its name is the argument) and Debian's package servers; does nothing when the image is there.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { podmanEnvironment } from "./podman.mjs";

export const brokerImage = "docker.io/library/eclipse-mosquitto:2.0.22";

const folder = fileURLToPath(new URL(".", import.meta.url));

/** Throws when the build fails; what it printed is on the terminal. */
export function makeBrokerImage(base) {
  const env = { ...process.env, ...podmanEnvironment() };
  if (spawnSync("podman", ["image", "exists", brokerImage], { env }).status === 0) return;
  const file = ["--file", `${folder}mosquitto.Containerfile`, "--build-arg", `BASE=${base}`];
  // On the host's network, which reaches Debian if anything does. A health check needs the format of Docker.
  const how = ["--network", "host", "--pull-never", "--format", "docker", "--layers=false"];
  const { status } = spawnSync("buildah", ["build", ...how, ...file, "--tag", brokerImage, folder], {
    env,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error(`buildah could not make ${brokerImage} from ${base}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) makeBrokerImage(process.argv[2]);
