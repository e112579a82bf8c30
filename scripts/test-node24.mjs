/** `npm run test:node24`: all tests on Node.js 24, in a copy of this clone in .cache/node24. Same arguments as `npm test`. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { exitOnFailure, report, reportWhile, SetupFailure } from "./setup/report.mjs";
import { output, runInPlace, runLogged } from "./setup/run.mjs";

const home = resolve(".cache", "node24");
const copy = join(home, "facepipe");
const data = resolve("..", "shared", "data");
// Node.js with its headers, from the npm registry.
const packageName = `node-${process.platform}-${process.arch}`;
const node = join(home, "node_modules", packageName, "bin", "node");

await exitOnFailure(async () => {
  await downloadNode();
  mirrorFiles();
});
process.env.PATH = [dirname(node), process.env.PATH].join(delimiter);
if (existsSync(data)) process.env.FACEPIPE_TEST_DATA ??= data;
process.chdir(copy);
await runInPlace(node, [join("scripts", "test.mjs"), ...process.argv.slice(2)]);

async function downloadNode() {
  if (!["linux-x64", "linux-arm64"].includes(`${process.platform}-${process.arch}`)) {
    throw new SetupFailure(
      "Node.js 24 can be downloaded only for Linux on x64 and arm64",
      "Install it and run `npm test`.",
    );
  }
  if (existsSync(node)) return report("Node.js 24", `up to date: ${output(node, ["--version"])?.trim()}`);
  mkdirSync(home, { recursive: true });
  const args = ["install", "--prefix", home, "--no-save", "--ignore-scripts", `${packageName}@24`];
  const remedy = "Check that the npm registry is reachable, then try again.";
  await reportWhile("Node.js 24", "downloading", () => runLogged("node24", "npm", args, remedy));
}

/** Copies tracked and untracked files that git does not ignore; node_modules, dist and .cache of the copy are kept. */
function mirrorFiles() {
  const wanted = gitFiles(["--cached", "--others"], ".").filter((path) => existsSync(path));
  for (const path of wanted) {
    const target = join(copy, path);
    if (existsSync(target) && statSync(target).mtimeMs >= statSync(path).mtimeMs) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
  if (!existsSync(join(copy, ".git"))) execFileSync("git", ["init", "--quiet", copy]);
  const expected = new Set(wanted);
  for (const path of gitFiles(["--cached", "--others"], copy)) {
    if (!expected.has(path)) rmSync(join(copy, path), { force: true });
  }
}

function gitFiles(which, folder) {
  const args = ["-C", folder, "ls-files", "-z", "--exclude-standard", ...which];
  return execFileSync("git", args, { encoding: "utf8" }).split("\0").filter(Boolean);
}
