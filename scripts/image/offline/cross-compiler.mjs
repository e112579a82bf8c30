/**
 * Adds a cross compiler to the emulated base image that runs without emulation. It compiles OpenCV's addon in minutes; the same
 * g++ of Debian, emulated, needs more than an hour. The Dockerfile does not depend on it.
 */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "../../setup/run.mjs";

const compiler = "aarch64-linux-gnu-g++-12";
const home = "/opt/cross";
const libraries = `${home}/usr/lib/x86_64-linux-gnu:${home}/lib/x86_64-linux-gnu`;

/** Compiles without emulation; links with the emulated g++ against the image's libraries. */
const wrapper = `#!/bin/sh
for argument; do
  [ "$argument" = -c ] && LD_LIBRARY_PATH=${libraries} exec ${home}/usr/bin/${compiler} "$@"
done
exec /usr/bin/g++ "$@"
`;

/** Installs the compiler and its libraries into the root file system `root`, as a g++ that comes before Debian's in PATH. */
export async function addCrossCompiler(root, folder) {
  const archives = join(folder, "cross");
  mkdirSync(join(archives, "partial"), { recursive: true });
  const options = [
    // All its dependencies, including those that are installed on this machine.
    "Dir::State::status=/dev/null",
    `Dir::Cache::archives=${archives}`,
    "APT::Sandbox::User=root",
    "Debug::NoLocking=1",
  ].flatMap((option) => ["-o", option]);
  const get = ["--yes", "--no-install-recommends", "--download-only", "install", "g++-12-aarch64-linux-gnu"];
  const remedy = "Use Debian 12 for amd64 that reaches Debian's package servers.";
  await runLogged("cross-compiler", "apt-get", [...options, ...get], remedy);
  mkdirSync(join(root, home), { recursive: true });
  for (const name of readdirSync(archives).filter((each) => each.endsWith(".deb")))
    await runLogged("cross-compiler", "dpkg", ["--extract", join(archives, name), join(root, home)], remedy);
  mkdirSync(join(root, "lib64"), { recursive: true });
  symlinkSync(`${home}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`, join(root, "lib64/ld-linux-x86-64.so.2"));
  writeFileSync(join(root, "usr/local/bin/g++"), wrapper, { mode: 0o755 });
}
