import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { image as defaultImage } from "../../scripts/image/build.mjs";
import { brokerImage } from "../../scripts/image/offline/mosquitto.mjs";
import { loadRoles } from "../../src/roles/role-table.ts";
import { emptyFolder } from "../support/folder.ts";
import { ppm } from "../vision/harness.ts";
import { modelPath, noModel } from "../vision/worker/detectors/yunet-model.ts";
import { imagesMissing } from "./support/images.ts";
import { podman, tryPodman } from "./support/podman.ts";

/** The image for arm64, for example, and the /proc/cpuinfo of such a processor. */
const { FACEPIPE_TEST_IMAGE: image = defaultImage, FACEPIPE_TEST_CPUINFO: cpuinfo } = process.env;
const processor = cpuinfo ? [`--volume=${cpuinfo}:/proc/cpuinfo:ro`] : [];
const skip = (await imagesMissing([image, brokerImage])) ?? false;
/** As an operator runs it: read-only, without capabilities or a way to gain any. */
const hardened = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"];

/** Runs facepipe with these arguments in a new container, to its end. */
function run(args: readonly string[], ...options: string[]) {
  return tryPodman(
    "run",
    "--rm",
    "--no-healthcheck",
    "--network=none",
    ...hardened,
    ...processor,
    ...options,
    image,
    ...args,
  );
}

/** Starts a container that is removed after the test; returns its name. */
async function start(t: TestContext, name: string, from: string, options: string[], args: string[]) {
  t.after(() => tryPodman("rm", "--force", "--time=0", name));
  await podman("run", "--detach", "--name", name, ...options, from, ...args);
  return name;
}

test("it has every role, and does not run as root", { skip }, async () => {
  const [made] = JSON.parse(await podman("image", "inspect", image));
  assert.equal(made.Config.User, "10001:10001");
  assert.deepEqual(made.Config.Entrypoint, ["/usr/bin/tini", "--", "facepipe"]);
  assert.deepEqual(made.Healthcheck.Test, ["CMD", "facepipe", "healthcheck"]);
  assert.equal(made.Labels["org.opencontainers.image.title"], "facepipe");
  for (const { name } of await loadRoles()) {
    const { code, stdout } = await run([name, "--help"]);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`Usage: facepipe ${name} `), name);
  }
});

test("it contains what the program needs, and little else", { skip }, async (t) => {
  const [made] = JSON.parse(await podman("image", "inspect", image));
  t.diagnostic(`${Math.round(made.Size / 1e6)} MB unpacked`);
  assert.ok(made.Size < 450e6, `${made.Size} bytes`);
  const find = ["/opt/facepipe", "/usr/local", "-type", "f"];
  const files = (await podman("run", "--rm", "--entrypoint=/usr/bin/find", image, ...find)).split("\n");
  const matching = (pattern: RegExp) => files.filter((file) => pattern.test(file));
  assert.equal(matching(/onnxruntime_binding\.node$/).length, 1);
  assert.deepEqual(matching(/\/(typescript|tsx|node-gyp|npm|@biomejs)\//), []);
  assert.deepEqual(matching(/\.(ts|map|cc|gyp)$/), []);
  assert.deepEqual(matching(/\.npmrc$|\.pem$|secret/i), []);
});

test("it contains the license of facepipe and the notices of all other software in it", {
  skip,
}, async () => {
  const print = (...args: string[]) => podman("run", "--rm", "--network=none", ...args);
  const cat = (name: string) => print("--entrypoint=/bin/cat", image, `/opt/facepipe/${name}`);
  assert.match(await cat("LICENSE"), /Apache License\s+Version 2\.0/);
  assert.match(await cat("NOTICE"), /^Copyright \d{4} the facepipe authors$/m);
  const notices = await cat("THIRD-PARTY-NOTICES.txt");
  const libraries = ["avcodec", "avformat", "avutil", "opencv-core", "opencv-videoio"].map(
    (name) => `lib${name}[\\d.]+`,
  );
  for (const name of ["Node\\.js", "mqtt", "onnxruntime-node", "tini", "opencv-data", ...libraries])
    assert.match(notices, new RegExp(`^  ${name} \\S*\\d.*: .*\\w`, "m"), name);
  for (const part of ["OpenCV", "FFmpeg", "YuNet", "Haar cascade"]) assert.ok(notices.includes(part), part);
  const packages = await print("--entrypoint=/bin/ls", image, "/var/lib/dpkg/status.d");
  for (const name of packages.split("\n")) assert.ok(notices.includes(`\n  ${name} `), name);
});

test("no layer or environment variable has a secret or a name of the build machine", { skip }, async () => {
  const metadata = [
    await podman("image", "inspect", image),
    await podman("history", "--no-trunc", image),
    await podman("run", "--rm", "--entrypoint=/usr/bin/env", image),
  ].join("\n");
  assert.doesNotMatch(metadata, /password|token|secret|BEGIN [A-Z ]*KEY|registry|AWS_/i);
});

const wholeScene = ["detect", "--camera", "synthetic:seconds=1,pace=off", "--dry-run", "--detector", "haar"];

test("detect finds faces without capabilities, writable files, or a network", { skip }, async () => {
  const { code, stdout, stderr } = await run(wholeScene);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim().split("\n").length, 30);
  assert.match(stderr, /30 frames, 30 faces/);
});

test("YuNet runs in it", { skip: skip || noModel }, async () => {
  const args = ["detect", "--camera", "synthetic:seconds=1,pace=off", "--dry-run", "--detector", "yunet"];
  const { code, stdout, stderr } = await run(
    [...args, "--model", "/model"],
    `--volume=${resolve(modelPath ?? "")}:/model:ro`,
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trim().split("\n").length, 30);
});

test("images of all formats are read, and other files are skipped", { skip }, async (t) => {
  const folder = emptyFolder(t);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "face.ppm"), ppm("synthetic:faces=1"));
  for (const kind of ["png", "jpg", "webp", "tiff", "bmp", "jp2"])
    execFileSync("ffmpeg", ["-v", "error", "-i", join(folder, "face.ppm"), join(folder, `face.${kind}`)]);
  copyFileSync(join(folder, "face.png"), join(folder, "cut.png"));
  writeFileSync(
    join(folder, "drawing.png"),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
  );
  writeFileSync(join(folder, "map.tiff"), "II*\0 no picture");
  const args = ["detect", "--camera", "/in", "--dry-run", "--detector", "haar"];
  const { code, stdout, stderr } = await run(args, `--volume=${folder}:/in:ro`);
  assert.equal(code, 0, stderr);
  const found = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).file)
    .sort();
  const formats = ["bmp", "jp2", "jpg", "png", "ppm", "tiff", "webp"];
  assert.deepEqual(found, ["cut.png", ...formats.map((format) => `face.${format}`)]);
  for (const name of ["drawing.png", "map.tiff"]) assert.match(stderr, new RegExp(`${name} is not an image`));
});

test("the health check asks the role; a graceful stop ends within the timeout", { skip }, async (t) => {
  await podman("network", "create", "facepipe-roles");
  t.after(() => tryPodman("network", "rm", "--force", "facepipe-roles"));
  const network = "--network=facepipe-roles";
  await start(
    t,
    "facepipe-roles-broker",
    brokerImage,
    [network, "--network-alias=broker"],
    ["/usr/sbin/mosquitto", "-c", "/mosquitto-no-auth.conf"],
  );
  const check = ["broker-check", "--broker", "mqtt://broker", "--wait", "20", "--quiet"];
  const checked = await tryPodman("run", "--rm", "--no-healthcheck", network, ...hardened, image, ...check);
  assert.deepEqual([checked.code, checked.stdout], [0, ""], checked.stderr);
  const log = await start(
    t,
    "facepipe-roles-log",
    image,
    [network, ...hardened],
    ["log", "--broker", "mqtt://broker"],
  );
  await podman("wait", "--condition=running", log);
  for (let tries = 0; (await tryPodman("healthcheck", "run", log)).code !== 0; tries++)
    assert.ok(tries < 50, await podman("logs", log));
  await podman("stop", "--time=15", log);
  const [{ State }] = JSON.parse(await podman("container", "inspect", log));
  assert.equal(State.ExitCode, 0);
});
