import type { FrameSize } from "../types.ts";
import type { Mat } from "./opencv.ts";

/** By what a frame's sides are divided when it is decoded: JPEG decodes to these fractions in a fraction of the time. */
export type Reduction = 1 | 2 | 4 | 8;

/** The largest reduction of `size` pixels that leaves at least `needed`. */
export function reductionFor(size: number, needed: number): Reduction {
  return ([8, 4, 2] as const).find((reduction) => size / reduction >= needed) ?? 1;
}

/** The frame cannot be decoded. */
export class DamagedFrameError extends Error {}

/** A decoded frame: blue, green, red; 8 bits each. Its sides are those of the whole divided by `reduction`, rounded up. */
export interface Decoded {
  readonly mat: Mat;
  readonly reduction: Reduction;
}

/** Decodes a frame, reduced by at most this. Throws a DamagedFrameError. */
export type Decode = (reduction: Reduction) => Decoded;

/** The picture of one frame, decoded when it is asked for, as far as needed. */
export class Picture {
  readonly #decode: Decode;
  readonly #decoded: Decoded[] = [];
  #size: FrameSize | undefined;
  #mask: (mat: Mat) => void = () => undefined;

  /** `size`: of the whole frame, if that is known without decoding it. */
  constructor(decode: Decode, size?: FrameSize | undefined) {
    this.#decode = decode;
    this.#size = size;
  }

  /** Of the whole frame, pixels. @throws DamagedFrameError */
  get size(): FrameSize {
    if (this.#size === undefined) {
      const { mat } = this.at(1);
      this.#size = { width: mat.cols, height: mat.rows };
    }
    return this.#size;
  }

  get isDecoded(): boolean {
    return this.#decoded.length > 0;
  }

  /** The frame, reduced by at most `reduction`; valid until `release`. @throws DamagedFrameError */
  at(reduction: Reduction): Decoded {
    const found = this.#decoded.find((each) => each.reduction <= reduction);
    if (found) return found;
    const decoded = this.#decode(reduction);
    this.#mask(decoded.mat);
    this.#decoded.push(decoded);
    this.#turnSize(decoded.mat);
    return decoded;
  }

  /** Sets what changes each decoded picture before it is used. */
  mask(apply: (mat: Mat) => void): void {
    this.#mask = apply;
    for (const { mat } of this.#decoded) apply(mat);
  }

  release(): void {
    for (const { mat } of this.#decoded.splice(0)) mat.release();
  }

  /** OpenCV turns a JPEG as its EXIF data says; the size in its header is that before. */
  #turnSize({ cols, rows }: Mat): void {
    if (this.#size === undefined) return;
    const { width, height } = this.#size;
    if ((width - height) * (cols - rows) < 0) this.#size = { width: height, height: width };
  }
}

/** A picture that is decoded already. */
export function decodedPicture(mat: Mat): Picture {
  return new Picture(() => ({ mat, reduction: 1 }), { width: mat.cols, height: mat.rows });
}

/** Whether a picture can be decoded, reduced by at most `reduction`; one that cannot is released. */
export function isIntact(picture: Picture, reduction: Reduction = 8): boolean {
  try {
    picture.at(reduction);
    return true;
  } catch (error) {
    if (!(error instanceof DamagedFrameError)) throw error;
    picture.release();
    return false;
  }
}
