/**
 * `npm run image:test`: builds the image without an image registry, and tests all roles and manifests from it with podman.
 * Where that is not possible, prints the reason and succeeds. Arguments as for `npm test`.
 */

import { exitOnFailure } from "../setup/report.mjs";
import { runInPlace } from "../setup/run.mjs";
import { setUp } from "../setup/set-up.mjs";
import { buildImage } from "./build.mjs";
import { baseImages } from "./offline/base.mjs";
import { makeBrokerImage } from "./offline/mosquitto.mjs";
import { podmanMissing } from "./podman.mjs";

const missing = podmanMissing();
if (missing) console.log(`image tests are skipped: this machine ${missing}`);
else {
  await setUp({ tests: true });
  await exitOnFailure(async () => {
    await buildImage();
    makeBrokerImage(baseImages.debian);
  });
  process.env.FACEPIPE_TEST_SECONDS ??= "600";
  const places = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["test/image"];
  await runInPlace(process.execPath, ["scripts/test.mjs", "--test-concurrency=1", ...places]);
}
