import { lightChange } from "./light.ts";

/** How fast the background follows the picture, seconds: slower keeps gone things as ghosts, faster takes in slow people. */
const backgroundSeconds = 2;
/** How fast a cell's restlessness is learned and forgotten, seconds. */
const noiseSeconds = 5;
/** A new cell's restlessness, grey levels: a bad camera's. A good one is learned. */
const firstNoise = 3;
/** A cell differs by more than so many times its restlessness: for Gaussian noise 3.2 standard deviations. */
const noiseFactor = 4;
/** ... and by more than this, grey levels: what codecs do to a still picture stays below. */
const leastDifference = 8;
/** No cell becomes more restless, grey levels: a change of four times as much is always news. */
const mostNoise = 15;
/** So many blocks of two by two cells must differ. */
const leastBlocks = 2;
/** When more of the picture differs, it is another picture: a lamp, a moved camera. A share of the cells. */
const anotherPicture = 0.6;
/** Someone who pauses is still looked at, seconds. */
const awakeSeconds = 0.5;

/**
 * Says whether something changed in the picture that may be a person coming in. Noise, flicker, changes of the whole
 * picture's light and what never rests (a tree, a screen) soon do not count.
 *
 * Each cell has a background, its running average (Wren et al., Pfinder, 1997), and its own noise, the running average
 * of how far it was from there, which sets its threshold (as in sigma-delta detection, Manzanera and Richefeu, 2007).
 * Both learn always, also from people: who stands still becomes background within seconds.
 */
export class MotionGate {
  #background = new Float32Array(0);
  #noise = new Float32Array(0);
  #differs = new Uint8Array(0);
  #seconds = 0;
  #awakeUntil = 0;

  /**
   * `grey` is one byte a cell, row by row, `width` cells wide; `seconds` is the frame's time.
   * True for the first picture, for one of another size, and when the time went back.
   */
  moved(grey: Uint8Array, width: number, seconds: number): boolean {
    const elapsed = seconds - this.#seconds;
    this.#seconds = seconds;
    if (grey.length !== this.#background.length || elapsed < 0) this.#startAgain(grey);
    else {
      const differing = this.#compare(grey, elapsed);
      if (differing > anotherPicture * grey.length) this.#startAgain(grey);
      else if (!this.#hasBlocks(width)) return seconds < this.#awakeUntil;
    }
    this.#awakeUntil = seconds + awakeSeconds;
    return true;
  }

  #startAgain(grey: Uint8Array): void {
    this.#background = Float32Array.from(grey);
    this.#noise = new Float32Array(grey.length).fill(firstNoise);
    this.#differs = new Uint8Array(grey.length);
  }

  /** Marks the cells that differ from their background, counts them, and learns. */
  #compare(grey: Uint8Array, elapsed: number): number {
    const background = this.#background;
    const noise = this.#noise;
    const differs = this.#differs;
    const { gain, offset } = lightChange(background, grey);
    const learnBackground = 1 - Math.exp(-elapsed / backgroundSeconds);
    const learnNoise = 1 - Math.exp(-elapsed / noiseSeconds);
    let count = 0;
    for (let cell = 0; cell < grey.length; cell++) {
      const now = grey[cell] as number;
      const before = background[cell] as number;
      const usual = noise[cell] as number;
      // What is as it was has not changed, whatever the light did: white stays white, and a mask black.
      const difference = Math.min(Math.abs(now - before), Math.abs(now - (gain * before + offset)));
      const far = difference > leastDifference && difference > noiseFactor * usual;
      differs[cell] = far ? 1 : 0;
      if (far) count++;
      // One who comes in slowly must not teach his own cells, before he is seen, that they are restless.
      const lesson = Math.min(difference, Math.min(2 * usual + 1, mostNoise));
      noise[cell] = usual + learnNoise * (lesson - usual);
      background[cell] = before + learnBackground * (now - before);
    }
    return count;
  }

  /** Whether enough cells differ together: noise is alone, people are not. */
  #hasBlocks(width: number): boolean {
    const differs = this.#differs;
    let blocks = 0;
    for (let cell = width + 1; cell < differs.length; cell++) {
      if (!differs[cell] || !differs[cell - 1] || !differs[cell - width] || !differs[cell - width - 1])
        continue;
      if (cell % width !== 0 && ++blocks >= leastBlocks) return true;
    }
    return false;
  }
}
