/**
 * `npm test`: installs and builds what is missing, then runs all tests; `npm test -- test/mqtt` runs a file or folder,
 * and options are passed to Node's test runner (`npm test -- --test-name-pattern=TLS test/mqtt`, `--watch`). `--coverage` is ours.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkNodeVersion } from "./setup/node-version.mjs";
import { exitOnFailure, SetupFailure } from "./setup/report.mjs";
import { runInPlace } from "./setup/run.mjs";
import { setUp } from "./setup/set-up.mjs";

const options = process.argv.slice(2).filter((argument) => argument.startsWith("-"));
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const withCoverage = options.includes("--coverage");
const files = await exitOnFailure(() => {
  checkNodeVersion();
  if (withCoverage) checkTypeStripping();
  return paths.length === 0 ? testFiles("test").filter(needsNoImage) : paths.flatMap(testFiles);
});

await setUp({ tests: true });
await runInPlace(process.execPath, [
  ...(withCoverage ? coverageOptions() : ["--import", "tsx"]),
  "--import",
  "./scripts/setup/test-limits.mjs",
  // Two at a time: most files start their own brokers and vision workers.
  "--test",
  "--test-reporter=spec",
  "--test-concurrency=2",
  ...options.filter((option) => option !== "--coverage"),
  ...files,
]);

/**
 * Coverage of src/, run as it is and as dist/, whose source maps lead back to it. Without tsx: Node.js counts lines of
 * what it runs, and its own type stripping leaves each where it is.
 */
function coverageOptions() {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ""} --enable-source-maps`;
  const folders = ["src/**", "dist/**"].map((pattern) => `--test-coverage-include=${pattern}`);
  return ["--experimental-test-coverage", ...folders, "--disable-warning=ExperimentalWarning"];
}

function checkTypeStripping() {
  if (process.features.typescript) return;
  throw new SetupFailure(
    `Coverage needs a Node.js that runs TypeScript itself (22.18 or later); this is ${process.version}`,
    "`npm run test:node24 -- --coverage` runs it on Node.js 24.",
  );
}

/** The tests of the container image take long and have their own command: `npm run image:test`. */
function needsNoImage(file) {
  return !file.startsWith(join("test", "image"));
}

/** Node 20's test runner does not support globs. */
function testFiles(path) {
  if (!existsSync(path)) {
    throw new SetupFailure(`There is no test file or folder ${path}`, "Choose one in test/.");
  }
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path, { recursive: true }).filter((name) => name.endsWith(".test.ts"));
  return names.sort().map((name) => join(path, name));
}
