/** Runs facepipe from source: `node --import tsx scripts/dev.ts ROLE OPTIONS`; `npm run dev` also restarts it on each change. */
import { run } from "../src/main.ts";

await run();
