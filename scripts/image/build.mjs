/** `npm run image`: builds the image with podman, on stand-ins for its bases: no registry of images is needed. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { endingWell, SetupFailure } from "../setup/say.mjs";
import { makeBaseImages, ownArch } from "./base.mjs";
import { podmanEnvironment } from "./podman.mjs";

const project = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** The name that the manifests in deploy/ have. */
export const image = `ghcr.io/facepipe/facepipe:${version}`;

/** Builds the image for `arch`, `amd64` or `arm64`, on stand-ins for its bases and returns its name; what the build prints goes to stderr. */
export async function buildImage(arch = ownArch, tag = image) {
  const bases = await makeBaseImages(arch);
  const options = [
    ...["--format", "docker", "--layers", "--pull-never", "--network", "host", "--arch", arch],
    ...["--build-arg", `NODE_IMAGE=${bases.node}`, "--build-arg", `DEBIAN_IMAGE=${bases.debian}`],
    // This machine may reach npm through a proxy with an authority, and settings, of its own.
    ...mounts("/etc/ssl/certs/ca-certificates.crt", "/usr/etc/npmrc"),
  ];
  const env = { ...process.env, ...podmanEnvironment() };
  const args = ["build", ...options, "--tag", tag, project];
  const { status } = spawnSync("buildah", args, { env, stdio: ["ignore", 2, 2] });
  if (status !== 0) throw new SetupFailure(`buildah could not build ${tag}`, "The last lines above say why.");
  return tag;
}

function mounts(...files) {
  return files.filter((file) => existsSync(file)).flatMap((file) => ["--volume", `${file}:${file}:ro`]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await endingWell(buildImage));
