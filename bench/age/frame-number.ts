import type { Box } from "../../src/face/face.ts";

/**
 * A frame's number is drawn into it, as black and white blocks at its upper edge, so that it can be read from a face
 * that was cropped with the margin below. Blocks are measured as shares of the frame: the most significant bit first,
 * a parity bit (even) last.
 */
const bits = 11;
const blocks = bits + 1;
/** The first block's left edge and each block's width, as shares of the frame's width; its height as one of the height. */
const left = 5 / 16;
const width = 1 / 40;
const height = 1 / 40;

/** detect's --margin, percent, with which a cropped face of the webcam video contains all blocks. */
export const margin = 200;

/** FFmpeg filters that draw each frame's number, from 0. */
export function drawFilters(): string[] {
  const bit = (nth: number) => `gt(bitand(n,${2 ** (bits - 1 - nth)}),0)`;
  const all = Array.from({ length: bits }, (_, nth) => bit(nth));
  const parity = `mod(${all.join("+")},2)`;
  const box = (nth: number, count: number, color: string) =>
    `drawbox=x=iw*${left + nth * width}:y=0:w=iw*${count * width}:h=ih*${height}:t=fill:color=${color}`;
  const white = [...all, parity].map((when, nth) => `${box(nth, 1, "white")}:enable='${when}'`);
  return [box(0, blocks, "black"), ...white];
}

/** A grayscale image. */
export interface GrayImage {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly pixels: Uint8Array;
}

/** The frame's number in the crop of the face in `box`; undefined when the blocks are outside it or blurred. */
export function readNumber(
  { pixels, width: pictureWidth }: GrayImage,
  box: Box,
  frame: { readonly width: number; readonly height: number },
): number | undefined {
  const cut = (start: number, side: number) => Math.max(0, start - Math.round((side * margin) / 100));
  const [x0, y0] = [cut(box.x, box.width), cut(box.y, box.height)];
  const y = Math.round((frame.height * height) / 2) - y0;
  let number = 0;
  let white = 0;
  for (let nth = 0; nth < blocks; nth++) {
    const x = Math.round(frame.width * (left + (nth + 0.5) * width)) - x0;
    if (y < 0 || x < 0 || x >= pictureWidth) return undefined;
    const pixel = pixels[y * pictureWidth + x] ?? 128;
    // Covered or blurred: neither black nor white.
    if (pixel > 80 && pixel < 176) return undefined;
    const one = pixel >= 176 ? 1 : 0;
    white += one;
    if (nth < bits) number = number * 2 + one;
  }
  return white % 2 === 0 ? number : undefined;
}
