/** `npm run build`: src/ to dist/. */
import { build } from "./setup/build.mjs";
import { endingWell } from "./setup/say.mjs";

await endingWell(build);
