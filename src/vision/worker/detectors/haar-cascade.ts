import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../base/errors.ts";

const cascade = "haarcascade_frontalface_default.xml";

/** Debian and Ubuntu; older Debian; Homebrew on Apple and on Intel; built from source. */
const folders = [
  "/usr/share/opencv4/haarcascades",
  "/usr/share/opencv/haarcascades",
  "/opt/homebrew/share/opencv4/haarcascades",
  "/usr/local/share/opencv4/haarcascades",
];

/**
 * The path of OpenCV's frontal face cascade, which is a data file of a package of its own.
 * @throws UserError when it is in none of the usual folders.
 */
export function cascadeFile(): string {
  const found = folders.map((folder) => join(folder, cascade)).find((path) => existsSync(path));
  if (found) return found;
  throw new UserError(
    "CASCADE_NOT_FOUND",
    `the face cascade ${cascade} is in none of ${folders.join(", ")}`,
    "Install it: `apt-get install opencv-data` (Debian, Ubuntu) or `brew install opencv` (macOS)",
  );
}
