/** `npm run build`: src/ to dist/. */
import { build } from "./setup/build.mjs";
import { exitOnFailure } from "./setup/report.mjs";

await exitOnFailure(build);
