import type { Box } from "../../face/face.ts";
import { alignedRectangle, alignment } from "../alignment.ts";
import type { CapturedFace, FrameSize, VisionSettings } from "../types.ts";
import { warp } from "./align.ts";
import type { Detection } from "./detectors/detector.ts";
import type { Cv, Mat } from "./opencv.ts";
import { sampleSide } from "./visits/quality-score.ts";

/**
 * `box` widened by `margin` percent of its width on the left and right, and of its height above and below; clipped to the
 * frame.
 */
export function withMargin(box: Box, margin: number, frame: FrameSize): Box {
  const dx = Math.round((box.width * margin) / 100);
  const dy = Math.round((box.height * margin) / 100);
  const x = Math.max(0, box.x - dx);
  const y = Math.max(0, box.y - dy);
  return {
    x,
    y,
    width: Math.min(frame.width, box.x + box.width + dx) - x,
    height: Math.min(frame.height, box.y + box.height + dy) - y,
  };
}

export function sizeOf({ cols, rows }: Mat): FrameSize {
  return { width: cols, height: rows };
}

/** That part of the frame; shares its pixels. The caller releases it. */
export function view(cv: Cv, frame: Mat, { x, y, width, height }: Box): Mat {
  return frame.getRegion(new cv.Rect(x, y, width, height));
}

/** The face as a picture: its box with the margin, or with `align` its landmarks brought to the reference points. */
export function crop(
  cv: Cv,
  frame: Mat,
  { box, landmarks }: Detection,
  settings: VisionSettings,
): Pick<CapturedFace, "picture" | "crop" | "aligned"> {
  if (!settings.align || !landmarks) {
    const rectangle = withMargin(box, settings.margin, sizeOf(frame));
    return { picture: encode(cv, view(cv, frame, rectangle), settings), crop: rectangle };
  }
  const similarity = alignment(landmarks);
  const rectangle = alignedRectangle(similarity, sizeOf(frame));
  return { picture: encode(cv, warp(cv, frame, similarity), settings), crop: rectangle, aligned: true };
}

/** A PNG or JPEG file, in color or grayscale. Releases the Mat. */
function encode(cv: Cv, mat: Mat, { color, format, jpegQuality }: VisionSettings): Buffer {
  const picture = color ? mat : mat.cvtColor(cv.COLOR_BGR2GRAY);
  try {
    if (format === "png") return cv.imencode(".png", picture);
    return cv.imencode(".jpg", picture, [cv.IMWRITE_JPEG_QUALITY, jpegQuality]);
  } finally {
    if (!color) picture.release();
    mat.release();
  }
}

/** That part of the frame in grayscale, `sampleSide` pixels wide and high: the size in which quality is measured. */
export function sample(cv: Cv, frame: Mat, box: Box): Uint8Array {
  const region = view(cv, frame, box);
  // Enlarging with INTER_AREA makes blocks, whose edges would count as sharpness.
  const enlarges = Math.min(box.width, box.height) < sampleSide;
  const small = region.resize(sampleSide, sampleSide, 0, 0, enlarges ? cv.INTER_LINEAR : cv.INTER_AREA);
  const gray = small.cvtColor(cv.COLOR_BGR2GRAY);
  const bytes = gray.getData();
  for (const mat of [gray, small, region]) mat.release();
  return bytes;
}
