/**
 * For the image: copies each shared library that the given programs load and Debian's base image does not have into a folder, laid
 * out as a root file system, with the control data (for vulnerability scanners) and the copyright of its package.
 *
 *     node collect-libraries.mjs BASE TARGET PROGRAM...
 *
 * BASE is the root of the base image. A PROGRAM in /usr/lib, such as a plugin, is copied too. Needs binutils, gcc and dpkg.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeStub } from "./stub-library.mjs";

/**
 * Libraries that are replaced by stubs, because they are large or load many others and facepipe does not use what OpenCV and FFmpeg
 * do with them. OpenCV reports a file that needs one, such as an SVG drawing, as unreadable.
 */
const stubbed = [
  // Geographic data; it loads 57 other libraries: clients of PostgreSQL and MySQL, PDF, curl ...
  "libgdal.so.32",
  // SVG drawings; it loads Cairo and Pango.
  "librsvg-2.so.2",
  // Speech codec for radio.
  "libcodec2.so.1.0",
  // Encoders for AV1 and HEVC; other libraries decode them.
  "libSvtAv1Enc.so.1",
  "libx265.so.199",
];

const [base, target, ...programs] = process.argv.slice(2);
const run = (command, args, env = {}) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1e8, env: { ...process.env, ...env } });

/** Path of each library that the dynamic linker would load, by name. */
function libraries(folder) {
  const found = new Map();
  for (const program of programs) {
    const lines = run("ldd", [program], { LD_LIBRARY_PATH: folder }).matchAll(/^\s*(\S+) => (\S+)/gm);
    for (const [, name, path] of lines) {
      if (path === "not") throw new Error(`${program} needs ${name}, which is missing`);
      found.set(name, path);
    }
  }
  return found;
}

const stubs = mkdtempSync("/tmp/stubs-");
const all = libraries("");
for (const name of stubbed) {
  if (!all.has(name)) throw new Error(`nothing needs ${name} any more: remove it from the list`);
  makeStub(name, all, stubs);
}

const owners = new Set();
for (const [name, path] of libraries(stubs)) {
  // In Debian /lib is /usr/lib. Libraries elsewhere are part of an npm package.
  const real = realpathSync(path);
  if (!path.startsWith(stubs) && !real.startsWith("/usr/")) continue;
  // The linker's search path: the file itself may be elsewhere, if it is an alternative, such as LAPACK's.
  const place = join(realpathSync(dirname(all.get(name))), name);
  if (existsSync(join(base, place))) continue;
  put(real, place);
  if (!path.startsWith(stubs)) owners.add(ownerOf(real));
}
// A program's own plugins, such as GStreamer's.
for (const program of programs.filter((each) => each.startsWith("/usr/lib/"))) {
  put(program, program);
  owners.add(ownerOf(program));
}
for (const owner of owners) {
  const control = join(target, "var/lib/dpkg/status.d", owner.replace(/:.*/, ""));
  mkdirSync(dirname(control), { recursive: true });
  writeFileSync(control, run("dpkg-query", ["--status", owner]));
  const copyright = `/usr/share/doc/${owner.replace(/:.*/, "")}/copyright`;
  if (existsSync(copyright)) put(copyright, copyright);
}
console.log(`${owners.size} Debian packages in part; stubs for ${stubbed.join(", ")}`);

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
