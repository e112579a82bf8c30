/**
 * For the image: puts into a folder, laid out as a root file system, each shared library that the given programs load and Debian's
 * base image has not, with the control data (for scanners of vulnerabilities) and the copyright of its package.
 *
 *     node collect-libraries.mjs BASE TARGET PROGRAM...
 *
 * BASE is the root of the base image. Wants binutils, gcc and dpkg.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeStub } from "./stub-library.mjs";

/**
 * Libraries that get a stub, since they are large or bring many others, and facepipe has no use for what OpenCV and FFmpeg do with
 * them. Asked all the same, for an SVG drawing say, OpenCV says that it cannot read that.
 */
const stubbed = [
  // Geographic data. With it go 57 libraries more: PostgreSQL's and MySQL's clients, PDF, curl ...
  "libgdal.so.32",
  // Drawings (SVG), and with it Cairo and Pango.
  "librsvg-2.so.2",
  // A codec for speech by radio.
  "libcodec2.so.1.0",
  // Write AV1 and HEVC; reading them is others' work.
  "libSvtAv1Enc.so.1",
  "libx265.so.199",
];

const [base, target, ...programs] = process.argv.slice(2);
const run = (command, args, env = {}) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1e8, env: { ...process.env, ...env } });

/** Path of each library that the dynamic linker would load, by the name that it is asked for. */
function libraries(folder) {
  const found = new Map();
  for (const program of programs) {
    const lines = run("ldd", [program], { LD_LIBRARY_PATH: folder }).matchAll(/^\s*(\S+) => (\S+)/gm);
    for (const [, name, path] of lines) {
      if (path === "not") throw new Error(`${program} needs ${name}, which is not there`);
      found.set(name, path);
    }
  }
  return found;
}

const stubs = mkdtempSync("/tmp/stubs-");
const all = libraries("");
for (const name of stubbed) {
  if (!all.has(name)) throw new Error(`nothing needs ${name} any more: take it off the list`);
  makeStub(name, all, stubs);
}

const owners = new Set();
for (const [name, path] of libraries(stubs)) {
  // In Debian /lib is /usr/lib. What lies elsewhere came with an npm package and goes with it.
  const real = realpathSync(path);
  if (!path.startsWith(stubs) && !real.startsWith("/usr/")) continue;
  // Where the linker looks for it, though an alternative such as LAPACK's may lie elsewhere.
  const place = join(realpathSync(dirname(all.get(name))), name);
  if (existsSync(join(base, place))) continue;
  put(real, place);
  if (!path.startsWith(stubs)) owners.add(ownerOf(real));
}
for (const owner of owners) {
  const control = join(target, "var/lib/dpkg/status.d", owner.replace(/:.*/, ""));
  mkdirSync(dirname(control), { recursive: true });
  writeFileSync(control, run("dpkg-query", ["--status", owner]));
  const copyright = `/usr/share/doc/${owner.replace(/:.*/, "")}/copyright`;
  if (existsSync(copyright)) put(copyright, copyright);
}
console.log(`${owners.size} packages of Debian in part; stubs for ${stubbed.join(", ")}`);

function ownerOf(path) {
  return run("dpkg-query", ["--search", `*/${basename(path)}`])
    .split("\n")
    .find((line) => line.endsWith(path) || line.endsWith(path.replace(/^\/usr/, "")))
    .replace(/: \/.*/, "")
    .split(",")[0];
}

function put(from, place) {
  mkdirSync(dirname(join(target, place)), { recursive: true });
  copyFileSync(from, join(target, place));
}
