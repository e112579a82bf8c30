/** `npm run build`: src/ to dist/, web/ to dist/web/. */
import { build } from "./setup/build.mjs";
import { exitOnFailure } from "./setup/report.mjs";

await exitOnFailure(build);
