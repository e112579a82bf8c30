/** `npm run test:node24`: all tests on Node.js 24, in a copy of this clone below .cache/node24. Arguments as for `npm test`. */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { handOver, output, runLogged } from "./setup/run.mjs";
import { endingWell, SetupFailure, say, sayWhile } from "./setup/say.mjs";

const home = resolve(".cache", "node24");
const copy = join(home, "facepipe");
const data = resolve("..", "shared", "data");
// A Node.js with its headers, as a package of the npm registry.
const packageName = `node-${process.platform}-${process.arch}`;
const node = join(home, "node_modules", packageName, "bin", "node");

await endingWell(async () => {
  await fetchNode();
  mirror();
});
process.env.PATH = [dirname(node), process.env.PATH].join(delimiter);
if (existsSync(data)) process.env.FACEPIPE_TEST_DATA ??= data;
process.chdir(copy);
await handOver(node, [join("scripts", "test.mjs"), ...process.argv.slice(2)]);

async function fetchNode() {
  if (!["linux-x64", "linux-arm64"].includes(`${process.platform}-${process.arch}`)) {
    throw new SetupFailure(
      "Node.js 24 is fetched for Linux on x64 and arm64 only",
      "Install it and run `npm test`.",
    );
  }
  if (existsSync(node)) return say("Node.js 24", `already there: ${output(node, ["--version"])?.trim()}`);
  mkdirSync(home, { recursive: true });
  const args = ["install", "--prefix", home, "--no-save", "--ignore-scripts", `${packageName}@24`];
  const remedy = "Is the npm registry reachable? Then try again.";
  await sayWhile("Node.js 24", "fetching", () => runLogged("node24", "npm", args, remedy));
}

/** The files git knows or would know, changes included; node_modules, dist and .cache of the copy stay. */
function mirror() {
  const wanted = gitFiles(["--cached", "--others"], ".").filter((path) => existsSync(path));
  for (const path of wanted) {
    const target = join(copy, path);
    if (existsSync(target) && statSync(target).mtimeMs >= statSync(path).mtimeMs) continue;
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
  }
  if (!existsSync(join(copy, ".git"))) execFileSync("git", ["init", "--quiet", copy]);
  const kept = new Set(wanted);
  for (const path of gitFiles(["--cached", "--others"], copy)) {
    if (!kept.has(path)) rmSync(join(copy, path), { force: true });
  }
}

function gitFiles(which, folder) {
  const args = ["-C", folder, "ls-files", "-z", "--exclude-standard", ...which];
  return execFileSync("git", args, { encoding: "utf8" }).split("\0").filter(Boolean);
}
