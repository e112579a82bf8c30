/**
 * Builds replacements for the two base images of the Dockerfile on a machine that reaches no image registry: Debian with
 * debootstrap, Node.js from a package of the npm registry. Each has the official name, without the digest.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportWhile, SetupFailure } from "../../setup/report.mjs";
import { output, runLogged } from "../../setup/run.mjs";
import { podmanEnvironment } from "../podman.mjs";
import { addCrossCompiler } from "./cross-compiler.mjs";

const dockerfile = readFileSync(new URL("../../../Dockerfile", import.meta.url), "utf8");

/** A base image as the Dockerfile pins it, without the digest: only the registry's image has that. */
function pinned(argument) {
  return dockerfile.match(new RegExp(`^ARG ${argument}=([^@\\s]+)`, "m"))[1];
}

export const baseImages = { debian: pinned("DEBIAN_IMAGE"), node: pinned("NODE_IMAGE") };

/** Debian's and OCI's names of architectures to those of Node.js. */
const nodeNames = { amd64: "x64", arm64: "arm64" };

/** This machine's architecture, as Debian and OCI name it. */
export const ownArch = process.arch === "arm64" ? "arm64" : "amd64";

/** Folders that are empty in Debian's slim images. */
const emptied = [
  "usr/share/man",
  "usr/share/info",
  "usr/share/locale",
  "var/cache/apt",
  "var/lib/apt/lists",
  "var/log",
];

/** Builds those that do not exist yet; needs root. */
export async function makeBaseImages(arch = ownArch) {
  const env = { ...process.env, ...podmanEnvironment() };
  const has = (image) => spawnSync("podman", ["image", "exists", image], { env }).status === 0;
  const [debian, node] = [baseImages.debian, baseImages.node].map((image) => forArch(image, arch));
  if (has(debian) && has(node)) return { debian, node };
  const folder = mkdtempSync(join(tmpdir(), "facepipe-base-"));
  try {
    const root = join(folder, "root");
    await reportWhile("base images", `Debian by debootstrap, ${arch}`, () => bootstrap(root, arch));
    for (const path of emptied) {
      rmSync(join(root, path), { recursive: true, force: true });
      mkdirSync(join(root, path), { recursive: true });
    }
    keepCopyrights(join(root, "usr/share/doc"));
    if (!has(debian)) importImage(root, debian, arch, "bash", env);
    if (has(node)) return { debian, node };
    await reportWhile("base images", `Node.js from npm, ${arch}`, () => addNode(root, folder, arch));
    if (arch === "arm64" && ownArch === "amd64")
      await reportWhile("base images", "cross compiler", () => addCrossCompiler(root, folder));
    importImage(root, node, arch, "node", env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { debian, node };
}

/** Slim images contain the copyright files of the documentation and nothing else of it. */
function keepCopyrights(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name !== "copyright") rmSync(join(entry.parentPath, entry.name));
}

/** An image of another architecture needs another name, or podman would run it as this machine's own. */
function forArch(image, arch) {
  return arch === ownArch ? image : `${image}-${arch}`;
}

async function bootstrap(root, arch) {
  const target = ["Component: main", "Codename: bookworm", "Created-By: Packages"];
  const format = "$(REPO_URI)";
  const mirror = output("apt-get", ["indextargets", "--format", format, ...target])?.split("\n")[0];
  const args = ["--variant=minbase", `--arch=${arch}`, "bookworm", root, ...(mirror ? [mirror] : [])];
  const remedy = "Is debootstrap installed, and are Debian's package servers reachable?";
  await runLogged("debootstrap", "debootstrap", args, remedy);
  // Debian's package servers as this machine uses them, with the security updates.
  rmSync(join(root, "etc/apt/sources.list"), { force: true });
  for (const name of ["sources.list", "sources.list.d/debian.sources"]) {
    const from = join("/etc/apt", name);
    if (existsSync(from)) cpSync(from, join(root, "etc/apt", name));
  }
}

async function addNode(root, folder, arch) {
  const version = baseImages.node.match(/:([\d.]+)/)[1];
  const name = `node-linux-${nodeNames[arch]}`;
  const prefix = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--force"];
  const remedy = "Is the npm registry reachable?";
  await runLogged("image-node", "npm", [...prefix, `${name}@${version}`, "npm@11"], remedy);
  const local = join(root, "usr", "local");
  for (const part of ["bin", "include", "LICENSE"])
    cpSync(join(folder, "node_modules", name, part), join(local, part), { recursive: true });
  const npm = join(local, "lib", "node_modules", "npm");
  mkdirSync(npm, { recursive: true });
  cpSync(join(folder, "node_modules", "npm"), npm, { recursive: true });
  rmSync(join(local, "bin", "npm"), { force: true });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(local, "bin", "npm"));
}

function importImage(root, image, arch, command, env) {
  const options = ["--arch", arch, "--os", "linux", "--change", `CMD ["${command}"]`];
  const path = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const script = 'set -o pipefail; tar -C "$0" --numeric-owner -c . | podman import --quiet "$@"';
  const args = ["-c", script, root, ...options, "--change", path, "-", image];
  const { status, stderr } = spawnSync("bash", args, { env, encoding: "utf8" });
  if (status !== 0)
    throw new SetupFailure(`podman could not import ${image}: ${stderr}`, "Is podman set up?");
}
