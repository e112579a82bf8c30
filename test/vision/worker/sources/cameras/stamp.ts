import type { Cv, Mat } from "../../../../../src/vision/worker/opencv.ts";

/** Size of one bit, pixels: several JPEG and H.264 blocks, so that it survives either. */
const [width, height] = [32, 24];
const [columns, bits] = [16, 32];

/** Writes a whole number of 32 bits into the picture's upper left corner, as black and white blocks. */
export function writeStamp(cv: Cv, picture: Mat, value: number): void {
  for (let bit = 0; bit < bits; bit++) {
    const { x, y } = place(bit);
    const tone = (value >>> bit) & 1 ? 255 : 0;
    picture.drawRectangle(new cv.Rect(x, y, width, height), new cv.Vec3(tone, tone, tone), -1);
  }
}

/** The number that `writeStamp` wrote, after any lossy coding. */
export function readStamp(picture: Mat): number {
  let value = 0;
  for (let bit = 0; bit < bits; bit++) {
    const { x, y } = place(bit);
    const [, green = 0] = picture.atRaw(y + height / 2, x + width / 2) as unknown as number[];
    if (green > 127) value |= 1 << bit;
  }
  return value >>> 0;
}

function place(bit: number) {
  return { x: (bit % columns) * width, y: Math.floor(bit / columns) * height };
}
