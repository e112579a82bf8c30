import { describe } from "../base/errors.ts";

/** The parsed form of `synthetic:faces=2,size=640x480,...`. */
export interface SyntheticSpec {
  readonly faces: number;
  /** Frame size, pixels. */
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  /** Length of the scene, seconds; absent: it is endless like a camera. */
  readonly seconds?: number | undefined;
  readonly seed: number;
  /** Keep real time; otherwise as fast as frames are read. */
  readonly pace: boolean;
}

/** Smallest head that is still drawn in detail, pixels; the Haar cascade's window is 24 pixels. */
const smallestHead = 48;

const readers: Readonly<Record<string, (text: string) => Partial<SyntheticSpec>>> = {
  faces: (text) => ({ faces: whole(text, 0, 64) }),
  size: readSize,
  fps: (text) => ({ fps: number(text, 0.1, 240) }),
  seconds: (text) => ({ seconds: number(text, 0.1, 1e7) }),
  seed: (text) => ({ seed: whole(text, 0, 2 ** 32 - 1) }),
  pace: readPace,
};

/**
 * Parses `synthetic` or `synthetic:key=value,...`.
 * @throws Error that names the wrong key and its valid values.
 */
export function parseSynthetic(text: string): SyntheticSpec {
  const list = text.replace(/^synthetic:?/, "");
  let spec: SyntheticSpec = { faces: 1, width: 640, height: 480, fps: 30, seed: 1, pace: true };
  for (const pair of list === "" ? [] : list.split(",")) {
    const at = pair.indexOf("=");
    const key = at < 0 ? pair : pair.slice(0, at);
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!read)
      throw new Error(`synthetic: unknown key "${key}"; known are ${Object.keys(readers).join(", ")}`);
    try {
      spec = { ...spec, ...read(at < 0 ? "" : pair.slice(at + 1)) };
    } catch (error) {
      throw new Error(`synthetic: ${key} ${describe(error)}`);
    }
  }
  if (spec.faces > 0 && headLimits(spec).max < smallestHead)
    throw new Error(`synthetic: size ${spec.width}x${spec.height} has no room for faces=${spec.faces}`);
  return spec;
}

/** The grid of cells that keeps the faces apart: one face moves in each cell. */
export function cells(spec: SyntheticSpec): { readonly columns: number; readonly rows: number } {
  const columns = Math.max(1, Math.ceil(Math.sqrt((spec.faces * spec.width) / spec.height)));
  return { columns, rows: Math.max(1, Math.ceil(spec.faces / columns)) };
}

/** Smallest and largest side of a face's box, pixels: 90 to 150 in a frame of 640x480, others in proportion. */
export function headLimits(spec: SyntheticSpec): { readonly min: number; readonly max: number } {
  const { columns, rows } = cells(spec);
  const scale = Math.min(spec.width / 640, spec.height / 480);
  const room = Math.min((spec.width / columns) * 0.8, (spec.height / rows) * 0.65);
  const max = Math.floor(Math.min(Math.max(150 * scale, smallestHead), room));
  return { min: Math.min(Math.max(Math.floor(90 * scale), smallestHead), max), max };
}

function readSize(text: string): Partial<SyntheticSpec> {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (!width || !height) throw new Error(`must have the form 640x480, not "${text}"`);
  return { width: whole(width, 64, 7680), height: whole(height, 64, 4320) };
}

function readPace(text: string): Partial<SyntheticSpec> {
  if (text !== "on" && text !== "off") throw new Error(`must be on or off, not "${text}"`);
  return { pace: text === "on" };
}

function number(text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max))
    throw new Error(`must be a number from ${min} to ${max}, not "${text}"`);
  return value;
}

function whole(text: string, min: number, max: number): number {
  const value = number(text, min, max);
  if (!Number.isInteger(value)) throw new Error(`must be a whole number, not "${text}"`);
  return value;
}
