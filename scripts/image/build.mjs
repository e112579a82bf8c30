/** `npm run image`: builds the image without an image registry, on the base images of offline/base.mjs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitOnFailure, SetupFailure } from "../setup/report.mjs";
import { makeBaseImages, ownArch } from "./offline/base.mjs";
import { podmanEnvironment } from "./podman.mjs";

const project = fileURLToPath(new URL("../..", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

/** The image's name in the manifests of deploy/. */
export const image = `ghcr.io/facepipe/facepipe:${version}`;

/** Builds the image for `arch`, `amd64` or `arm64`, and returns its name; the output of the build goes to stderr. */
export async function buildImage(arch = ownArch, tag = image) {
  const bases = await makeBaseImages(arch);
  const options = [
    ...["--format", "docker", "--layers", "--pull-never", "--network", "host", "--arch", arch],
    ...["--build-arg", `NODE_IMAGE=${bases.node}`, "--build-arg", `DEBIAN_IMAGE=${bases.debian}`],
    // The certificates and npm settings of this machine, which may reach npm through a proxy.
    ...mounts("/etc/ssl/certs/ca-certificates.crt", "/usr/etc/npmrc"),
  ];
  const env = { ...process.env, ...podmanEnvironment() };
  const model = await serveModel();
  try {
    const args = ["build", ...options, ...model.options, "--tag", tag, project];
    const [status] = await once(spawn("buildah", args, { env, stdio: ["ignore", 2, 2] }), "close");
    if (status !== 0)
      throw new SetupFailure(`buildah could not build ${tag}`, "The reason is in its last lines above.");
  } finally {
    model.stop();
  }
  return tag;
}

/** Serves the build the face model in this machine's cache, or else that of the tests, if there is one. */
async function serveModel() {
  const { FACEPIPE_TEST_DATA = join(project, "../shared/data") } = process.env;
  const tests = join(FACEPIPE_TEST_DATA, "models/yunet_n_dynamic.onnx");
  const file = (await findModel()) ?? (existsSync(tests) && tests);
  if (!file) return { options: [], stop: () => undefined };
  const server = createServer((_, response) => void createReadStream(file).pipe(response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  return { options: ["--build-arg", `YUNET_MODEL_URL=${url}`], stop: () => server.close() };
}

/** Undefined in a checkout without dist/, which has the code that finds the model. */
async function findModel() {
  const module = new URL("../../dist/vision/model/find-model.js", import.meta.url);
  return existsSync(module) ? (await import(module.href)).findModel() : undefined;
}

function mounts(...files) {
  return files.filter((file) => existsSync(file)).flatMap((file) => ["--volume", `${file}:${file}:ro`]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await exitOnFailure(buildImage));
