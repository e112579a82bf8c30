/** `npm start`: installs and builds what is missing, then runs `facepipe up` with the arguments given. */
import { runInPlace } from "./setup/run.mjs";
import { setUp } from "./setup/set-up.mjs";

await setUp({ tests: false });
await runInPlace(process.execPath, ["bin/facepipe.js", "up", ...process.argv.slice(2)]);
