import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { output } from "../setup/run.mjs";
import { SetupFailure } from "../setup/say.mjs";

const emulator = "/usr/bin/qemu-aarch64-static";
const registry = "/proc/sys/fs/binfmt_misc";
const entry = `${registry}/qemu-aarch64`;

/** The first bytes of a program for 64-bit ARM (ELF, little endian, machine 0xb7), and which of their bits count. */
const magic = "7f454c460201010000000000000000000200b700";
const mask = "ffffffffffffff00fffffffffffffffffeffffff";

/** Lets the kernel run programs for arm64 by QEMU, also inside of containers; for all of this machine, until it is switched off. */
export function emulateArm64() {
  if (process.arch === "arm64") return;
  if (!existsSync(emulator))
    throw new SetupFailure(`${emulator} is not here`, "Install it: apt-get install qemu-user-static");
  if (!existsSync(`${registry}/register`)) output("mount", ["-t", "binfmt_misc", "binfmt_misc", registry]);
  if (!existsSync(`${registry}/register`))
    throw new SetupFailure("the kernel has no binfmt_misc", "On the host: modprobe binfmt_misc");
  if (existsSync(entry) && readFileSync(entry, "utf8").includes("flags: F")) return;
  if (existsSync(entry)) writeFileSync(entry, "-1");
  const bytes = (hex) => hex.replace(/../g, "\\x$&");
  // F: opened now, so that it is found where there is no such file.
  writeFileSync(`${registry}/register`, `:qemu-aarch64:M::${bytes(magic)}:${bytes(mask)}:${emulator}:F`);
}
