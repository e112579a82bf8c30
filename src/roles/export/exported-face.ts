import type { Box, FaceFacts, Landmarks, PictureFormat } from "../../face/face.ts";
import { pictureSize } from "../../face/picture.ts";
import { pictureGeometry } from "../../vision/picture-geometry.ts";

/** An exported face as a line of the list of them; the tables are made from it. */
export interface ExportedFace {
  /** Path below the folder of the table, with `/` between its parts. */
  readonly file_name: string;
  readonly split?: string | undefined;
  /** Of the exported picture; box and landmarks are in its pixels. */
  readonly picture: {
    readonly format: PictureFormat;
    readonly width: number;
    readonly height: number;
    readonly bytes: number;
    readonly box: Box;
    readonly landmarks?: Landmarks | undefined;
  };
  /** As in the picture; box, crop and landmarks are in pixels of the frame. */
  readonly facts: FaceFacts;
}

/** Undefined for a picture whose header has no size. */
export function toExportedFace(
  file: string,
  split: string | undefined,
  facts: FaceFacts,
  body: Buffer,
): ExportedFace | undefined {
  const size = pictureSize(body);
  if (!size) return undefined;
  const picture = { ...size, bytes: body.length, ...pictureGeometry(facts, size) };
  return { file_name: file, split, picture, facts };
}
