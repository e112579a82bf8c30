/**
 * Storage and settings of podman and buildah for this project: images and containers are in .cache/podman, settings in
 * containers.conf, separate from the machine's own containers. As a command it prints the environment for a shell:
 * `eval "$(node scripts/image/podman.mjs)"`.
 */
import { accessSync, constants, mkdirSync, statfsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../.cache/podman", import.meta.url));
const overlayFileSystem = 0x794c7630;

/** Programs, and Debian's packages of the same names. */
const needed = ["podman", "buildah", "runc", "catatonit", "netavark", "aardvark-dns", "iptables"];

/** Why containers cannot be run here, as one sentence; undefined when they can. */
export function podmanMissing() {
  if (process.platform !== "linux") return "needs Linux, for podman";
  if (process.getuid?.() !== 0) return "needs root, for podman's networks";
  const missing = needed.filter((name) => !isInstalled(name)).join(" ");
  return missing
    ? `needs ${missing} (Debian: apt-get install --no-install-recommends ${missing})`
    : undefined;
}

/** Environment variables for podman and buildah; creates the files that they name. */
export function podmanEnvironment() {
  mkdirSync(folder, { recursive: true });
  // The kernel does not mount an overlay on an overlay (this may be a container): the driver vfs copies each layer.
  const driver = statfsSync(folder).type === overlayFileSystem ? "vfs" : "overlay";
  const storage = join(folder, "storage.conf");
  const lines = [
    "[storage]",
    `driver = "${driver}"`,
    `graphroot = "${join(folder, "storage")}"`,
    `runroot = "${join(folder, "run")}"`,
  ];
  writeFileSync(storage, `${lines.join("\n")}\n`);
  const settings = fileURLToPath(new URL("containers.conf", import.meta.url));
  return { CONTAINERS_CONF: settings, CONTAINERS_STORAGE_CONF: storage };
}

function isInstalled(name) {
  // netavark and aardvark-dns are helpers of podman outside PATH.
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/lib/podman",
    "/usr/libexec/podman",
  ];
  return folders.some((each) => isExecutable(join(each, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, value] of Object.entries(podmanEnvironment())) console.log(`export ${name}='${value}'`);
}
