import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { fetchFaceModel } from "./model.mjs";
import { checkNodeVersion } from "./node-version.mjs";
import { installNpmPackages } from "./npm-packages.mjs";
import { buildOpencvAddon } from "./opencv-addon.mjs";
import { exitOnFailure } from "./report.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Installs and builds what facepipe needs to run and, with `tests`, its tests. Each step is skipped when up to date. */
export async function setUp({ tests }) {
  process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  await exitOnFailure(async () => {
    checkNodeVersion();
    await installSystemPackages({ tests });
    await installNpmPackages();
    await buildOpencvAddon();
    await build();
    await fetchFaceModel();
  });
}
