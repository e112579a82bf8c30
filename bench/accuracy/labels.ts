import { readFileSync } from "node:fs";
import { describe } from "../../src/base/errors.ts";
import type { Box } from "../../src/face/face.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import type { GroundTruth } from "./match.ts";

/** The labels of one image. */
export interface Labels extends GroundTruth {
  /** The image's path, as the labels file has it. */
  readonly file: string;
}

/**
 * Reads `[{"file","boxes":[[x,y,width,height],...],"ignore":[[x,y,width,height],...]},...]`, pixels; `ignore` may be absent.
 * Faces whose longer side is below `minLabel` are ignored.
 * @throws BenchmarkError that names the wrong entry.
 */
export function readLabels(path: string, minLabel = 0): Labels[] {
  try {
    return parseLabels(readFileSync(path, "utf8"), minLabel);
  } catch (error) {
    throw new BenchmarkError(`the labels ${path} cannot be used: ${describe(error)}`, "", error);
  }
}

/** As `readLabels`, from the text. Throws an Error that names the wrong entry. */
export function parseLabels(text: string, minLabel = 0): Labels[] {
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries) || entries.length === 0) throw new Error("they must be a list of images");
  const labels = entries.map((entry, nth) => readEntry(entry, nth, minLabel));
  const files = new Set<string>();
  for (const { file } of labels) {
    if (files.has(file)) throw new Error(`${file} is in them twice`);
    files.add(file);
  }
  return labels;
}

function readEntry(entry: unknown, nth: number, minLabel: number): Labels {
  const { file, boxes, ignore = [] } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof file !== "string" || file === "") throw new Error(`entry ${nth} (from 0) has no "file"`);
  const faces = readBoxes(boxes, `"boxes" of ${file}`);
  // The longer side, as for detect's --min-face. A box without an area cannot be detected; WIDER FACE has some.
  const counts = ({ width, height }: Box) => width * height > 0 && Math.max(width, height) >= minLabel;
  return {
    file,
    boxes: faces.filter(counts),
    ignore: [...readBoxes(ignore, `"ignore" of ${file}`), ...faces.filter((box) => !counts(box))],
  };
}

function readBoxes(value: unknown, what: string): Box[] {
  if (!Array.isArray(value)) throw new Error(`${what} must be a list of [x, y, width, height]`);
  return value.map((box) => readBox(box, what));
}

function readBox(value: unknown, what: string): Box {
  const numbers = Array.isArray(value) && value.length === 4 ? value.map(Number) : [];
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers;
  if (Number.isFinite(x) && Number.isFinite(y) && width >= 0 && height >= 0) return { x, y, width, height };
  throw new Error(`${what} has ${JSON.stringify(value)}; a box is [x, y, width, height] in pixels`);
}
