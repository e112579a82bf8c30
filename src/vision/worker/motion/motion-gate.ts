import { lightChange } from "./light-change.ts";

/** Time constant of the background, seconds: a longer one keeps ghosts of things that left, a shorter one absorbs slow people. */
const backgroundSeconds = 2;
/** Time constant of a cell's noise, seconds. */
const noiseSeconds = 5;
/** Noise of a new cell, gray levels: that of a bad camera, until it is learned. */
const initialNoise = 3;
/** A cell differs by more than its noise times this: for Gaussian noise 3.2 standard deviations. */
const noiseFactor = 4;
/** ... and by more than this, gray levels: the artifacts of codecs in a still picture stay below. */
const minDifference = 8;
/** Maximum noise of a cell, gray levels: a change of four times as much is always motion. */
const maxNoise = 15;
/** Blocks of two by two cells that must differ. */
const minBlocks = 2;
/** When a larger fraction of the cells differs, the scene changed: a lamp, a moved camera. */
const sceneChange = 0.6;
/** How long motion lasts after the last difference, seconds: someone may pause. */
const holdSeconds = 0.5;

/**
 * Detects changes in the picture that may be a person coming in. Noise, flicker, changes of the light of the whole picture
 * and, after a while, steady movement (a tree, a screen) do not count.
 *
 * Each cell has a background, its running average (Wren et al., Pfinder, 1997), and its own noise, the running average
 * of how far it was from there, which sets its threshold (as in sigma-delta detection, Manzanera and Richefeu, 2007).
 * Both always learn, also from people: a person who stands still becomes background within seconds.
 */
export class MotionGate {
  #background = new Float32Array(0);
  #noise = new Float32Array(0);
  #differs = new Uint8Array(0);
  #seconds = 0;
  #movingUntil = 0;

  /**
   * `gray` is one byte per cell, row by row, `width` cells wide; `seconds` is the frame's time.
   * True for the first picture, for one of another size, and when the time went back.
   */
  moved(gray: Uint8Array, width: number, seconds: number): boolean {
    const elapsed = seconds - this.#seconds;
    this.#seconds = seconds;
    if (gray.length !== this.#background.length || elapsed < 0) this.#reset(gray);
    else {
      const differing = this.#compare(gray, elapsed);
      if (differing > sceneChange * gray.length) this.#reset(gray);
      else if (!this.#hasBlocks(width)) return seconds < this.#movingUntil;
    }
    this.#movingUntil = seconds + holdSeconds;
    return true;
  }

  #reset(gray: Uint8Array): void {
    this.#background = Float32Array.from(gray);
    this.#noise = new Float32Array(gray.length).fill(initialNoise);
    this.#differs = new Uint8Array(gray.length);
  }

  /** Marks the cells that differ from their background, counts them, and learns. */
  #compare(gray: Uint8Array, elapsed: number): number {
    const background = this.#background;
    const noise = this.#noise;
    const differs = this.#differs;
    const { gain, offset } = lightChange(background, gray);
    const learnBackground = 1 - Math.exp(-elapsed / backgroundSeconds);
    const learnNoise = 1 - Math.exp(-elapsed / noiseSeconds);
    let count = 0;
    for (let cell = 0; cell < gray.length; cell++) {
      const now = gray[cell] as number;
      const before = background[cell] as number;
      const usual = noise[cell] as number;
      // A cell that kept its value has not changed, whatever the light did: white stays white, and a mask black.
      const difference = Math.min(Math.abs(now - before), Math.abs(now - (gain * before + offset)));
      const far = difference > minDifference && difference > noiseFactor * usual;
      differs[cell] = far ? 1 : 0;
      if (far) count++;
      // Limited: someone who comes in slowly must not raise the noise of these cells before being detected.
      const sample = Math.min(difference, Math.min(2 * usual + 1, maxNoise));
      noise[cell] = usual + learnNoise * (sample - usual);
      background[cell] = before + learnBackground * (now - before);
    }
    return count;
  }

  /** Whether enough adjacent cells differ: noise is isolated, people are not. */
  #hasBlocks(width: number): boolean {
    const differs = this.#differs;
    let blocks = 0;
    for (let cell = width + 1; cell < differs.length; cell++) {
      if (!differs[cell] || !differs[cell - 1] || !differs[cell - width] || !differs[cell - width - 1])
        continue;
      if (cell % width !== 0 && ++blocks >= minBlocks) return true;
    }
    return false;
  }
}
