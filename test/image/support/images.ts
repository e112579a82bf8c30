import { image } from "../../../scripts/image/build.mjs";
import { brokerImage } from "../../../scripts/image/offline/mosquitto.mjs";
import { podmanMissing } from "../../../scripts/image/podman.mjs";
import { hasImage } from "./podman.ts";

/** Why the images cannot be run here, for `skip`: `npm run image:test` builds them. */
export async function imagesMissing(
  names: readonly string[] = [image, brokerImage],
): Promise<string | undefined> {
  const missing = podmanMissing();
  if (missing) return missing;
  for (const name of names) if (!(await hasImage(name))) return `needs the image ${name}: npm run image:test`;
  return undefined;
}
