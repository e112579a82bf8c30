import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { platform } from "node:process";
import { promisify } from "node:util";

/** A camera that is connected to this machine. */
export interface MachineCamera {
  /** What `--camera` takes: a device's permanent path if it has one. */
  readonly camera: string;
  /** `/dev/video0`, on macOS the number. */
  readonly device: string;
  readonly name: string;
  /** Whether this user may use it; `missing`: the system has it, and this container or user has no such device. */
  readonly access: "allowed" | "forbidden" | "missing" | "unknown";
}

/** The cameras of this machine, without opening one. */
export async function listCameras(): Promise<MachineCamera[]> {
  if (platform === "linux") return linuxCameras("/");
  if (platform === "darwin") return macCameras(await systemProfile());
  return [];
}

/** Video4Linux devices that capture, below `root`: a camera has others, for metadata, and a codec has some, too. */
export function linuxCameras(root: string): MachineCamera[] {
  const system = join(root, "sys/class/video4linux");
  const names = entries(system).filter((each) => /^video\d+$/.test(each));
  names.sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
  const links = permanentPaths(root);
  return names.flatMap((each) => {
    const folder = join(system, each);
    const name = read(join(folder, "name")) || each;
    if (!captures(root, folder, name)) return [];
    const device = `/dev/${each}`;
    return [{ camera: links.get(device) ?? device, device, name, access: accessTo(join(root, device)) }];
  });
}

/** Names of codecs and of image processors, which also capture what they were given. */
const notCameras =
  /\b(codec|isp|dec|enc|decoder|encoder|jpeg|scaler|pispbe)\b|-(dec|enc)\b|hantro|rkvdec|rpivid/i;

/** By what udev found (v4l_id asks the driver), or else by the number of the node and the name. */
function captures(root: string, folder: string, name: string): boolean {
  const number = read(join(folder, "dev"));
  const udev = read(join(root, `run/udev/data/c${number}`));
  const capabilities = /^E:ID_V4L_CAPABILITIES=(.*)$/m.exec(udev)?.[1];
  if (capabilities !== undefined)
    return capabilities.includes(":capture:") && !capabilities.includes(":video_output:");
  const index = read(join(folder, "index"));
  return (index === "" || index === "0") && !notCameras.test(name);
}

/** The link of each device that stays when it is plugged in again: by its serial number, or else by where it is plugged in. */
function permanentPaths(root: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const folder of ["dev/v4l/by-path", "dev/v4l/by-id"])
    for (const link of entries(join(root, folder))) {
      const target = realpathOf(join(root, folder, link));
      const device = /\/dev\/video\d+$/.exec(target)?.[0];
      if (device !== undefined) paths.set(device, `/${folder}/${link}`);
    }
  return paths;
}

function accessTo(path: string): MachineCamera["access"] {
  if (!existsSync(path)) return "missing";
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "allowed";
  } catch {
    return "forbidden";
  }
}

/** `SPCameraDataType` of macOS's system_profiler, in the order in which OpenCV numbers cameras. */
export function macCameras(profile: string): MachineCamera[] {
  const found: unknown = JSON.parse(profile);
  const list = (found as { SPCameraDataType?: unknown } | null)?.SPCameraDataType;
  if (!Array.isArray(list)) return [];
  return list.map((each: { _name?: unknown } | null, nth) => ({
    camera: String(nth),
    device: String(nth),
    name: typeof each?._name === "string" ? each._name : "camera",
    access: "unknown" as const,
  }));
}

async function systemProfile(): Promise<string> {
  const { stdout } = await promisify(execFile)("system_profiler", ["-json", "SPCameraDataType"], {
    timeout: 30_000,
  });
  return stdout;
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return "";
  }
}
