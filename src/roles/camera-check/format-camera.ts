import type { Style } from "../../base/terminal-style.ts";
import { visible } from "../../face/format.ts";
import type { MachineCamera } from "../../vision/machine-cameras.ts";

const accessNotes: Readonly<Record<MachineCamera["access"], string>> = {
  allowed: "",
  unknown: "",
  forbidden: "no permission: add this user to the group `video`",
  missing: "no device file here: pass the device into the container",
};

/** One line of `--list` for a person. A device may have any name. */
export function cameraToText({ camera, device, name, access }: MachineCamera, style: Style): string {
  const note = accessNotes[access];
  const path = camera === device ? "" : `  ${style.dim(`--camera ${camera}`)}`;
  return `${style.bold(device.padEnd(12))} ${style.name(visible(name))}${path}${note && `  ${style.bad(note)}`}`;
}

/** The same for a machine. */
export function cameraToJson({ camera, device, name, access }: MachineCamera): string {
  return JSON.stringify({ camera, device, name, access });
}

export function noCamera(): string {
  return "no camera is connected to this machine. A container needs the device passed in; network cameras have an address";
}
