import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { fetchFaceModel } from "./model.mjs";
import { checkNodeVersion } from "./node-version.mjs";
import { installNpmPackages } from "./npm-packages.mjs";
import { buildOpencvAddon } from "./opencv-addon.mjs";
import { endingWell } from "./say.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Brings this clone to the point where facepipe runs; with `tests`, where its tests run. Each step is skipped when done. */
export async function setUp({ tests }) {
  process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  await endingWell(async () => {
    checkNodeVersion();
    await installSystemPackages({ tests });
    await installNpmPackages();
    await buildOpencvAddon();
    await build();
    await fetchFaceModel();
  });
}
