import type { PictureQuality } from "../../measurement.ts";
import type { Cv, Mat } from "../opencv.ts";
import { sharpness } from "../visits/sharpness.ts";

/** The longer side at which light and sharpness are measured, pixels: fine noise of the sensor would count as sharpness. */
const side = 640;
/** The sides of the tiles whose sharpness is compared, pixels. */
const tile = 64;

/** Light, contrast and sharpness of some frames: the median of each. */
export function pictureQuality(cv: Cv, frames: readonly Mat[]): PictureQuality {
  const all = frames.map((frame) => qualityOf(cv, frame));
  const middle = (key: keyof PictureQuality) => round(median(all.map((each) => each[key])));
  return { light: middle("light"), contrast: middle("contrast"), sharpness: middle("sharpness") };
}

function qualityOf(cv: Cv, frame: Mat): PictureQuality {
  const scale = Math.min(1, side / Math.max(frame.cols, frame.rows));
  const [cols, rows] = [frame.cols, frame.rows].map((length) => Math.max(1, Math.round(length * scale)));
  const small = scale < 1 ? frame.resize(rows ?? 1, cols ?? 1, 0, 0, cv.INTER_AREA) : frame;
  const mat = small.cvtColor(cv.COLOR_BGR2GRAY);
  const gray = mat.getData();
  const { cols: width, rows: height } = mat;
  mat.release();
  if (small !== frame) small.release();
  let [sum, squares] = [0, 0];
  for (const level of gray) {
    sum += level;
    squares += level * level;
  }
  const light = sum / gray.length;
  const contrast = Math.sqrt(Math.max(0, squares / gray.length - light * light));
  return { light, contrast, sharpness: sharpest(gray, width, height) };
}

/**
 * The sharpness of the sharpest tenth of the frame's tiles: walls and skies have no edges, however good the lens. A frame
 * that is smaller than a tile is one.
 */
function sharpest(gray: Uint8Array, width: number, height: number): number {
  const length = Math.min(tile, width, height);
  const values: number[] = [];
  for (let y = 0; y + length <= height; y += length)
    for (let x = 0; x + length <= width; x += length) {
      const part = new Uint8Array(length * length);
      for (let row = 0; row < length; row++) {
        const from = (y + row) * width + x;
        part.set(gray.subarray(from, from + length), row * length);
      }
      values.push(sharpness(part, length));
    }
  values.sort((a, b) => b - a);
  return median(values.slice(0, Math.ceil(values.length / 10)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const round = (value: number) => Math.round(value * 10) / 10;
