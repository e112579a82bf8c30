import { decode as decodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import type { Rgb } from "../../../base/terminal-style.ts";

/** A decoded picture: rows of red, green, blue and opacity, one byte each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Larger pictures are not decoded: anyone may publish one, and a small file can have a billion pixels. */
const most = 16_000_000;
/** Of decoding a JPEG, MB. */
const mostMemory = 256;

/** Decodes a PNG or JPEG. Throws an Error when it is neither, is damaged or is too large. */
export function decodePicture(payload: Buffer): Pixels {
  if (payload[0] !== 0x89)
    return decodeJpeg(payload, {
      useTArray: true,
      maxResolutionInMP: most / 1e6,
      maxMemoryUsageInMB: mostMemory,
    });
  // PNG 3rd edition, 5.6: IHDR is the first chunk.
  const pixels = payload.readUInt32BE(16) * payload.readUInt32BE(20);
  if (pixels > most) throw new Error(`it has ${pixels} pixels`);
  return PNG.sync.read(payload);
}

/** The picture at another size: each pixel is the mean of those that it covers, and transparency becomes black. */
export function scale({ width, height, data }: Pixels, toWidth: number, toHeight: number): Pixels {
  const scaled = new Uint8Array(toWidth * toHeight * 4);
  for (let row = 0; row < toHeight; row++) {
    const [top, bottom] = range(row, toHeight, height);
    for (let column = 0; column < toWidth; column++) {
      const [left, right] = range(column, toWidth, width);
      const sums = [0, 0, 0];
      for (let y = top; y < bottom; y++)
        for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4)
          for (let channel = 0; channel < 3; channel++)
            sums[channel] = (sums[channel] ?? 0) + ((data[at + channel] ?? 0) * (data[at + 3] ?? 0)) / 255;
      const count = (bottom - top) * (right - left);
      scaled.set([...sums.map((sum) => Math.round(sum / count)), 255], (row * toWidth + column) * 4);
    }
  }
  return { width: toWidth, height: toHeight, data: scaled };
}

/** Which of `length` pixels the one at `index` of `scaledLength` covers: at least one. */
function range(index: number, scaledLength: number, length: number): readonly [first: number, end: number] {
  const first = Math.floor((index * length) / scaledLength);
  return [first, Math.max(first + 1, Math.floor(((index + 1) * length) / scaledLength))];
}

export function pixelAt({ width, data }: Pixels, x: number, y: number): Rgb {
  const at = (y * width + x) * 4;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}
