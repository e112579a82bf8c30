import type { Box } from "../../src/face/face.ts";

/**
 * A frame's number is painted into it, as blocks of black and white at its upper edge, so that it can be read from a
 * picture of a face that was cut out with the margin below. Blocks are measured in parts of the frame: the largest bit
 * first, then one that makes the number of white blocks even.
 */
const bits = 11;
const blocks = bits + 1;
/** The first block's left edge, and each block's width, as parts of the frame's width; its height of the height. */
const left = 5 / 16;
const width = 1 / 40;
const height = 1 / 40;

/** What detect has to be called with, percent: then the picture of a face of the webcam video has all blocks in it. */
export const margin = 200;
/** The filters of FFmpeg that paint each frame's number, counted from 0. */
export function painters(): string[] {
  const bit = (nth: number) => `gt(bitand(n,${2 ** (bits - 1 - nth)}),0)`;
  const all = Array.from({ length: bits }, (_, nth) => bit(nth));
  const parity = `mod(${all.join("+")},2)`;
  const box = (nth: number, count: number, color: string) =>
    `drawbox=x=iw*${left + nth * width}:y=0:w=iw*${count * width}:h=ih*${height}:t=fill:color=${color}`;
  const white = [...all, parity].map((when, nth) => `${box(nth, 1, "white")}:enable='${when}'`);
  return [box(0, blocks, "black"), ...white];
}

/** A picture of grey values. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly pixels: Uint8Array;
}

/** The number in the picture of the face in `box` of a frame; undefined when the blocks are not in it, or blurred. */
export function readNumber(
  { pixels, width: pictureWidth }: Grey,
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
    // A strip that something else lies upon, or that is smeared, is neither.
    if (pixel > 80 && pixel < 176) return undefined;
    const one = pixel >= 176 ? 1 : 0;
    white += one;
    if (nth < bits) number = number * 2 + one;
  }
  return white % 2 === 0 ? number : undefined;
}
