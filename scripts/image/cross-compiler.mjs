/**
 * A C++ compiler that runs on this machine inside of an emulated base image. OpenCV's addon takes it minutes where an emulated
 * compiler, which is the same g++ of Debian's, takes more than an hour. The Dockerfile knows nothing of it.
 */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runLogged } from "../setup/run.mjs";

const compiler = "aarch64-linux-gnu-g++-12";
const home = "/opt/cross";
const libraries = `${home}/usr/lib/x86_64-linux-gnu:${home}/lib/x86_64-linux-gnu`;

/** Compiles by this machine's own instructions, links by emulated ones, with the libraries of the image. */
const wrapper = `#!/bin/sh
for argument; do
  [ "$argument" = -c ] && LD_LIBRARY_PATH=${libraries} exec ${home}/usr/bin/${compiler} "$@"
done
exec /usr/bin/g++ "$@"
`;

/** Puts the compiler, and what it loads, into the root file system `root` as a g++ that is found before Debian's. */
export async function addCrossCompiler(root, folder) {
  const archives = join(folder, "cross");
  mkdirSync(join(archives, "partial"), { recursive: true });
  const options = [
    // All that it needs, as if nothing were installed here.
    "Dir::State::status=/dev/null",
    `Dir::Cache::archives=${archives}`,
    "APT::Sandbox::User=root",
    "Debug::NoLocking=1",
  ].flatMap((option) => ["-o", option]);
  const get = ["--yes", "--no-install-recommends", "--download-only", "install", "g++-12-aarch64-linux-gnu"];
  const remedy = "It takes Debian 12 for amd64, with its package servers in reach.";
  await runLogged("cross-compiler", "apt-get", [...options, ...get], remedy);
  mkdirSync(join(root, home), { recursive: true });
  for (const name of readdirSync(archives).filter((each) => each.endsWith(".deb")))
    await runLogged("cross-compiler", "dpkg", ["--extract", join(archives, name), join(root, home)], remedy);
  mkdirSync(join(root, "lib64"), { recursive: true });
  symlinkSync(`${home}/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`, join(root, "lib64/ld-linux-x86-64.so.2"));
  writeFileSync(join(root, "usr/local/bin/g++"), wrapper, { mode: 0o755 });
}
