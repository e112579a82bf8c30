/**
 * For the image: deletes from node_modules what the program does not load on this platform, which is packages that only build
 * OpenCV's addon, libraries for other systems, types and source maps. Run in the folder that has package-lock.json.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const addonPackage = "@u4/opencv4nodejs";

/** Where Node.js finds `name` from the package at `place`: there, or in a folder above. */
function placeOf(name, place) {
  for (let at = place; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, "")) {
    const found = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[found]) return found;
    if (at === "") return undefined;
  }
}

const wanted = new Set();
function want(place) {
  if (place === undefined || wanted.has(place)) return;
  wanted.add(place);
  // Its compiled addon needs no other package.
  if (place.endsWith(addonPackage)) return;
  const { dependencies, optionalDependencies } = packages[place];
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) want(placeOf(name, place));
}
for (const name of Object.keys(packages[""].dependencies)) want(placeOf(name, ""));

for (const place of Object.keys(packages))
  if (place !== "" && !wanted.has(place)) rmSync(place, { recursive: true, force: true });

const addonFolder = join("node_modules", addonPackage);
keepOnly(addonFolder, [
  "package.json",
  "LICENSE",
  "cjs/lib/opencv4nodejs.js",
  "build/Release/opencv4nodejs.node",
]);
const runtime = join("node_modules", "onnxruntime-node");
for (const platform of readdirSync(join(runtime, "bin", "napi-v6")))
  for (const arch of readdirSync(join(runtime, "bin", "napi-v6", platform)))
    if (platform !== process.platform || arch !== process.arch)
      rmSync(join(runtime, "bin", "napi-v6", platform, arch), { recursive: true });

const unused = /\.(map|ts|mts|cts|markdown|md|tsbuildinfo)$|\/\.(bin|package-lock)/i;
/** Some licenses are Markdown; they must accompany the package. */
const license = /\/(licen[sc]e|copying|notice)[^/]*$/i;
for (const path of files("node_modules"))
  if (unused.test(path) && !license.test(path)) rmSync(path, { force: true });

function keepOnly(folder, kept) {
  for (const path of files(folder)) if (!kept.includes(relative(folder, path))) rmSync(path, { force: true });
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}
