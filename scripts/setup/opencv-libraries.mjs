import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupFailure } from "./report.mjs";

const extension = process.platform === "darwin" ? "dylib" : "so";
const library = (module) => `libopencv_${module}.${extension}`;

/** The modules that the addon is linked with; highgui would need Qt or GTK. */
const modules = ["core", "imgproc", "imgcodecs", "videoio", "objdetect"];

const { OPENCV_LIB_DIR, OPENCV_INCLUDE_DIR } = process.env;

/** Finds the system's OpenCV, or the one in OPENCV_LIB_DIR and OPENCV_INCLUDE_DIR. */
export function findOpencv() {
  const libraries = [
    ...(OPENCV_LIB_DIR ? [OPENCV_LIB_DIR] : []),
    "/opt/homebrew/opt/opencv/lib",
    "/usr/local/opt/opencv/lib",
    ...multiarchFolders(),
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/lib64",
    "/usr/local/lib",
  ].find((folder) => existsSync(join(folder, library("objdetect"))));
  const headers = [
    ...(OPENCV_INCLUDE_DIR ? [OPENCV_INCLUDE_DIR] : []),
    "/opt/homebrew/opt/opencv/include/opencv4",
    "/usr/local/opt/opencv/include/opencv4",
    "/usr/include/opencv4",
    "/usr/local/include/opencv4",
  ].find((folder) => existsSync(join(folder, "opencv2", "core.hpp")));
  if (libraries && headers) return { libraries, headers };
  throw new SetupFailure(
    "OpenCV 4 with headers was not found",
    "Install it, or set OPENCV_LIB_DIR and OPENCV_INCLUDE_DIR to the folders of your own build.",
  );
}

/** Debian and Ubuntu: /usr/lib/x86_64-linux-gnu, /usr/lib/aarch64-linux-gnu ... */
function multiarchFolders() {
  if (!existsSync("/usr/lib")) return [];
  const names = readdirSync("/usr/lib").filter((name) => name.includes("-linux-gnu"));
  return names.map((name) => join("/usr/lib", name));
}

/** A folder with links to `modules` only: the addon's build links every module in its folder. */
export function linkModules(libraries) {
  const folder = resolve(".cache", "opencv-modules");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const module of modules) symlinkSync(join(libraries, library(module)), join(folder, library(module)));
  return folder;
}

/** The file name of the library with its version, e.g. `libopencv_core.so.4.6.0`. */
export function opencvName(libraries) {
  return realpathSync(join(libraries, library("core"))).replace(/.*\//, "");
}
