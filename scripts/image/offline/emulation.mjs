import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { SetupFailure } from "../../setup/report.mjs";
import { output } from "../../setup/run.mjs";

const emulator = "/usr/bin/qemu-aarch64-static";
const registry = "/proc/sys/fs/binfmt_misc";
const entry = `${registry}/qemu-aarch64`;

/** ELF header of programs for 64-bit ARM (little endian, machine 0xb7), and the bits of it that are compared. */
const magic = "7f454c460201010000000000000000000200b700";
const mask = "ffffffffffffff00fffffffffffffffffeffffff";

/** Registers QEMU in the kernel for programs for arm64, also in containers; for the whole machine, until its next boot. */
export function emulateArm64() {
  if (process.arch === "arm64") return;
  if (!existsSync(emulator))
    throw new SetupFailure(`${emulator} is missing`, "Install it: apt-get install qemu-user-static");
  if (!existsSync(`${registry}/register`)) output("mount", ["-t", "binfmt_misc", "binfmt_misc", registry]);
  if (!existsSync(`${registry}/register`))
    throw new SetupFailure("the kernel has no binfmt_misc", "On the host: modprobe binfmt_misc");
  if (existsSync(entry) && readFileSync(entry, "utf8").includes("flags: F")) return;
  if (existsSync(entry)) writeFileSync(entry, "-1");
  const bytes = (hex) => hex.replace(/../g, "\\x$&");
  // F: the kernel opens the emulator now, so that containers without that file can run it.
  writeFileSync(`${registry}/register`, `:qemu-aarch64:M::${bytes(magic)}:${bytes(mask)}:${emulator}:F`);
}
