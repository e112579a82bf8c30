/**
 * `npm run image:arm64`: builds the image for arm64, by emulation on another machine (half an hour on two cores), joins it with
 * the image for this machine into one multi-platform image, and tests all roles from it.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { exitOnFailure, SetupFailure } from "../../setup/report.mjs";
import { runInPlace } from "../../setup/run.mjs";
import { setUp } from "../../setup/set-up.mjs";
import { buildImage, image } from "../build.mjs";
import { podmanEnvironment, podmanMissing } from "../podman.mjs";
import { emulateArm64 } from "./emulation.mjs";

const missing = podmanMissing();
if (missing) console.log(`the image for arm64 is skipped: this machine ${missing}`);
else {
  await setUp({ tests: true });
  await exitOnFailure(async () => {
    emulateArm64();
    const arm64 = await buildImage("arm64", `${image}-arm64`);
    const native = await buildImage();
    joinPlatforms(`${image}-all`, [native, arm64]);
    process.env.FACEPIPE_TEST_IMAGE = arm64;
  });
  // ONNX Runtime crashes when /proc/cpuinfo describes a processor of another architecture than the emulated one.
  process.env.FACEPIPE_TEST_CPUINFO = fileURLToPath(new URL("arm64-cpuinfo", import.meta.url));
  process.env.FACEPIPE_TEST_SECONDS ??= "900";
  await runInPlace(process.execPath, [
    "scripts/test.mjs",
    "--test-concurrency=1",
    "test/image/roles.test.ts",
  ]);
}

/** A manifest list: each machine pulls the image of its own platform from it. */
function joinPlatforms(name, images) {
  const env = { ...process.env, ...podmanEnvironment() };
  const manifest = (...args) => {
    const { status } = spawnSync("podman", ["manifest", ...args], { env, stdio: ["ignore", 2, 2] });
    if (status !== 0)
      throw new SetupFailure(
        `podman manifest ${args.join(" ")} failed`,
        "The reason is in its output above.",
      );
  };
  spawnSync("podman", ["manifest", "rm", name], { env });
  manifest("create", name, ...images.map((each) => `containers-storage:${each}`));
  manifest("inspect", name);
}
