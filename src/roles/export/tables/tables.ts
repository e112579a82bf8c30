import type { ExportedFace } from "../exported-face.ts";
import { type ExportFormat, metadataName } from "../layout.ts";
import { cocoDocument } from "./coco.ts";
import { csvTable } from "./csv.ts";

/** A file of facts. */
export interface Table {
  /** Below the directory of the export. */
  readonly path: string;
  /** Its text, in parts. `faces` has those of one side, or all; each call reads them again. */
  text(faces: () => AsyncIterable<ExportedFace>): AsyncIterable<string>;
  /** Only the faces of this side are in it. */
  readonly side: string | undefined;
}

/** The tables of an export with these sides; without sides one of each kind. */
export function tablesOf(format: ExportFormat, sides: readonly string[]): readonly Table[] {
  if (format === "csv") return [{ path: "faces.csv", side: undefined, text: (faces) => csvTable(faces()) }];
  const all = sides.length === 0 ? [undefined] : sides;
  return all.map((side) =>
    format === "coco"
      ? { path: `annotations/${side ?? "faces"}.json`, side, text: cocoDocument }
      : { path: side === undefined ? metadataName : `${side}/${metadataName}`, side, text: metadataLines },
  );
}

/** One JSON object in each line, the path of its picture first: Hugging Face reads such a folder. */
async function* metadataLines(faces: () => AsyncIterable<ExportedFace>): AsyncGenerator<string> {
  for await (const { file_name, picture, facts } of faces()) {
    yield `${JSON.stringify({ file_name, ...facts, picture })}\n`;
  }
}
