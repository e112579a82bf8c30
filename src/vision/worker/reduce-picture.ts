import type { ReduceRequest } from "../picture-messages.ts";
import type { Cv, Mat } from "./opencv.ts";

/** JPEG qualities that are tried at each size, 0 to 100. */
const qualities = [95, 85] as const;
/** A picture is made no smaller than this, pixels on its shorter side. */
const smallestSide = 32;

/**
 * The picture as a JPEG of at most `maxBytes`: as large as fits, in steps. Undefined when it does not fit at the smallest
 * size. Throws OpenCV's Error for a picture that it cannot read.
 */
export function reducePicture(
  cv: Cv,
  { picture, maxBytes }: Omit<ReduceRequest, "kind">,
): Buffer | undefined {
  // Grayscale stays grayscale; 16 bits per sample become the 8 that a JPEG has.
  const original = cv.imdecode(picture, cv.IMREAD_ANYCOLOR);
  try {
    const smallest = Math.min(1, smallestSide / Math.min(original.rows, original.cols));
    for (let scale = 1; ; ) {
      const jpegs = encode(cv, original, scale);
      const fitting = jpegs.find(({ length }) => length <= maxBytes);
      if (fitting || scale <= smallest) return fitting;
      // The bytes of a JPEG grow about as its area; but noise, which costs most, disappears in the first steps.
      const estimate = Math.sqrt(maxBytes / Math.min(...jpegs.map(({ length }) => length)));
      scale = Math.max(smallest, scale * Math.min(0.9, Math.max(0.75, estimate)));
    }
  } finally {
    original.release();
  }
}

/** The picture at this scale as a JPEG of each quality. */
function encode(cv: Cv, original: Mat, scale: number): Buffer[] {
  const [rows, cols] = [original.rows, original.cols].map((side) => Math.max(1, Math.round(side * scale)));
  const scaled = scale === 1 ? original : original.resize(rows ?? 1, cols ?? 1, 0, 0, cv.INTER_AREA);
  try {
    return qualities.map((quality) =>
      // Its own Huffman tables: without them a third of a small JPEG would be tables.
      cv.imencode(".jpg", scaled, [cv.IMWRITE_JPEG_QUALITY, quality, cv.IMWRITE_JPEG_OPTIMIZE, 1]),
    );
  } finally {
    if (scaled !== original) scaled.release();
  }
}
