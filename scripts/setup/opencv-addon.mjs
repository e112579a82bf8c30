import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findOpencv, linkModules, opencvName } from "./opencv-libraries.mjs";
import { report, reportWhile } from "./report.mjs";
import { runLogged } from "./run.mjs";

const step = "OpenCV addon";
const home = join("node_modules", "@u4", "opencv4nodejs");
const addon = join(home, "build", "Release", "opencv4nodejs.node");

/** Compiles @u4/opencv4nodejs against the system's OpenCV, unless this Node.js can load an existing build. */
export async function buildOpencvAddon() {
  if (loads(addon)) return report(step, "up to date");
  const { libraries, headers } = findOpencv();
  const copy = copyPath(opencvName(libraries));
  if (loads(copy)) {
    mkdirSync(dirname(addon), { recursive: true });
    copyFileSync(copy, addon);
    return report(step, "copied from .cache");
  }
  await compile(linkModules(libraries), headers);
  if (!loads(addon)) throw new Error(`${resolve(addon)} was built and cannot be loaded: ${loadError(addon)}`);
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(addon, copy);
}

/** What is added to VideoCapture: its name in JavaScript, and the function in one of the files of addon/. */
const methods = [
  ["SetPrototypeMethod", "grab", "VideoCaptureGrab::Grab"],
  ["SetPrototypeMethod", "retrieve", "VideoCaptureGrab::Retrieve"],
  ["SetMethod", "limitDecoderThreads", "DecoderThreads::Limit"],
  ["SetMethod", "decoderThreads", "DecoderThreads::Used"],
];
const addedFiles = ["VideoCaptureGrab.h", "DecoderThreads.h"];

/**
 * Adds these methods to the package's source. Two lines at known places: a version in which they are elsewhere fails here,
 * and not in a camera's loop.
 */
function addMethods() {
  const folder = join(home, "cc", "io");
  const source = join(folder, "VideoCapture.cc");
  const include = '#include "VideoCaptureBindings.h"\n';
  const method = '  Nan::SetPrototypeMethod(ctor, "read", Read);\n';
  const includes = addedFiles.map((name) => `#include "${name}"\n`);
  const calls = methods.map(
    ([set, name, implementation]) => `  Nan::${set}(ctor, "${name}", ${implementation});\n`,
  );
  for (const name of addedFiles)
    copyFileSync(fileURLToPath(new URL(`addon/${name}`, import.meta.url)), join(folder, name));
  const text = readFileSync(source, "utf8");
  // Also when an earlier version of this file has added fewer.
  const missing = (lines) => lines.filter((line) => !text.includes(line)).join("");
  if (!text.includes(include) || !text.includes(method))
    throw new Error(
      `${source} is not the file that facepipe adds methods to: check the version of @u4/opencv4nodejs`,
    );
  writeFileSync(
    source,
    text.replace(include, include + missing(includes)).replace(method, method + missing(calls)),
  );
}

async function compile(libraries, headers) {
  addMethods();
  const total = readFileSync(join(home, "binding.gyp"), "utf8").match(/\.cc"/g).length;
  let compiled = 0;
  const onLine = (line) => {
    if (/^\s*CXX\(target\)/.test(line)) compiled += 1;
  };
  const env = {
    ...process.env,
    ...nodeHeaders(),
    // Otherwise its build downloads OpenCV's source.
    OPENCV4NODEJS_DISABLE_AUTOBUILD: "1",
    OPENCV_LIB_DIR: libraries,
    OPENCV_INCLUDE_DIR: headers,
    // OpenCV's libraries do the work, this is only the binding. With -O3 core/Mat.cc alone takes 50 s, with -O1 21 s.
    CXXFLAGS: ["-O1", process.env.CXXFLAGS ?? ""].join(" "),
  };
  const gyp = resolve("node_modules", "node-gyp", "bin", "node-gyp.js");
  const remedy = "Fix the errors there, then try again.";
  const options = { cwd: home, env, onLine };
  const run = () =>
    runLogged("opencv-addon", process.execPath, [gyp, "rebuild", "-j", "max"], remedy, options);
  await reportWhile(step, "compiling, some minutes", run, () => `${compiled} of ${total} files`);
}

/** The headers beside this Node.js, if they are of its version; node-gyp downloads them otherwise. */
function nodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const file = join(prefix, "include", "node", "node_version.h");
  if (!existsSync(file)) return {};
  const text = readFileSync(file, "utf8");
  const number = (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1];
  const version = ["MAJOR", "MINOR", "PATCH"].map(number).join(".");
  return version === process.versions.node ? { npm_config_nodedir: prefix } : {};
}

/** `npm ci` deletes the addon: a copy per version of addon, Node's ABI and OpenCV saves minutes. */
function copyPath(opencv) {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const parts = [version, process.platform, process.arch, process.versions.modules, opencv];
  return join(".cache", "opencv-addon", `${parts.join("-")}.node`);
}

function loads(path) {
  return existsSync(path) && loadError(path) === "";
}

/** In a separate process: an addon for another Node.js or OpenCV may crash it. */
function loadError(path) {
  // One of before facepipe added methods to it is built again.
  const code =
    "const addon = { exports: {} }; process.dlopen(addon, process.argv[1]); addon.exports.VideoCapture.decoderThreads()";
  const { status, stderr } = spawnSync(process.execPath, ["-e", code, resolve(path)], { encoding: "utf8" });
  return status === 0 ? "" : stderr || "crashed";
}
