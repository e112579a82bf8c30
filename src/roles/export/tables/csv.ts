import { type Box, landmarkNames } from "../../../face/face.ts";
import type { ExportedFace } from "../exported-face.ts";

type Value = string | number | boolean | undefined;

/** The columns of `faces.csv` and their values. */
const columns: Readonly<Record<string, (face: ExportedFace) => Value>> = {
  file: (face) => face.file_name,
  split: (face) => face.split,
  id: ({ facts }) => facts.id,
  camera: ({ facts }) => facts.camera,
  captured_at: ({ facts }) => facts.capturedAt,
  epoch: ({ facts }) => facts.epoch,
  seq: ({ facts }) => facts.seq,
  visit: ({ facts }) => facts.visit,
  score: ({ facts }) => facts.score,
  quality: ({ facts }) => facts.quality,
  detector: ({ facts }) => facts.detector,
  aligned: ({ facts }) => facts.aligned === true,
  frame_width: ({ facts }) => facts.frame.width,
  frame_height: ({ facts }) => facts.frame.height,
  frame_index: ({ facts }) => facts.frame.index,
  ...boxColumns("box", ({ facts }) => facts.box),
  ...boxColumns("crop", ({ facts }) => facts.crop),
  picture_width: ({ picture }) => picture.width,
  picture_height: ({ picture }) => picture.height,
  ...boxColumns("picture_box", ({ picture }) => picture.box),
  ...Object.fromEntries(
    landmarkNames.flatMap((name) =>
      (["x", "y"] as const).map((axis) => [
        `picture_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_${axis}`,
        ({ picture }: ExportedFace) => picture.landmarks?.[name][axis],
      ]),
    ),
  ),
};

function boxColumns(
  name: string,
  box: (face: ExportedFace) => Box | undefined,
): Record<string, (face: ExportedFace) => Value> {
  const sides = ["x", "y", "width", "height"] as const;
  return Object.fromEntries(
    sides.map((side) => [`${name}_${side}`, (face: ExportedFace) => box(face)?.[side]]),
  );
}

/** One table, RFC 4180, in UTF-8. */
export async function* csvTable(faces: AsyncIterable<ExportedFace>): AsyncGenerator<string> {
  yield row(Object.keys(columns));
  for await (const face of faces) yield row(Object.values(columns).map((value) => value(face)));
}

function row(values: readonly Value[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

/**
 * A text that a spreadsheet would take for a formula begins with an apostrophe, as OWASP, "CSV Injection", advises: the name
 * of a camera comes with a message, and anyone may publish one.
 */
function cell(value: Value): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^\s*[=+\-@\t\r＝＋－＠]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
