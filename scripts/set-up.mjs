/** Installs and builds what is missing, without starting anything; `--tests`: also what the tests need. */
import { setUp } from "./setup/set-up.mjs";

await setUp({ tests: process.argv.includes("--tests") });
