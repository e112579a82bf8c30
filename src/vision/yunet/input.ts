import type { Cv, Mat } from "../opencv.ts";

/** The model halves its input five times. */
const multiple = 32;

/** A frame as the model takes it. */
export interface YunetInput {
  /** Blue, green and red planes, floats 0..255; valid until the next call. */
  readonly planes: Float32Array;
  readonly width: number;
  readonly height: number;
  /** Pixels of the frame for one of the input, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** Makes inputs of frames: at most `mostWide` pixels wide, filled up with black on the right and below. */
export function inputMaker(cv: Cv, mostWide: number): (frame: Mat) => YunetInput {
  let planes = new Float32Array();
  let shape = "";
  return (frame) => {
    const scale = Math.min(1, mostWide / frame.cols);
    const cols = Math.max(1, Math.round(frame.cols * scale));
    const rows = Math.max(1, Math.round(frame.rows * scale));
    const [width, height] = [filled(cols), filled(rows)];
    if (shape !== `${cols}x${rows}`) {
      shape = `${cols}x${rows}`;
      // What is filled up is never written, and stays black.
      planes = new Float32Array(3 * width * height);
    }
    // A mean of what falls together: to leave pixels out would make small faces ragged.
    const small = cols === frame.cols ? frame : frame.resize(rows, cols, 0, 0, cv.INTER_AREA);
    const channels = small.splitChannels();
    for (const [nth, channel] of channels.entries()) {
      fill(planes.subarray(nth * width * height), channel.getData(), { cols, rows, width });
      channel.release();
    }
    if (small !== frame) small.release();
    return { planes, width, height, scaleX: frame.cols / cols, scaleY: frame.rows / rows };
  };
}

/** Writes bytes as floats; a typed array's own `set` is twice as fast as a loop. */
function fill(
  plane: Float32Array,
  bytes: Uint8Array,
  { cols, rows, width }: { cols: number; rows: number; width: number },
): void {
  if (cols === width) plane.set(bytes);
  else
    for (let row = 0; row < rows; row++) plane.set(bytes.subarray(row * cols, (row + 1) * cols), row * width);
}

function filled(side: number): number {
  return Math.ceil(side / multiple) * multiple;
}
