import type { SyntheticSpec } from "../../synthetic-spec.ts";
import { drawHead, type Head } from "./head.ts";
import { randomFrom } from "./random.ts";
import { headAbove, sceneOf } from "./scene.ts";

/** Noise is 0..15; pictures are at most 240, so that adding it never overflows a byte. */
const noiseMask = 0x0f0f0f0f;
const maxLevel = 240;

/**
 * A renderer of the scene: frame index in, pixels out (blue, green, red bytes, row by row).
 * The buffer is the same each time and holds the frame until the next call.
 * The same spec and index produce the same bytes on every machine: only integers and + - * / floor are used.
 */
export function rendererOf(spec: SyntheticSpec): (index: number) => Buffer {
  const scene = sceneOf(spec);
  const background = drawBackground(spec);
  const heads = scene(0).map((box, face) => drawHead(box.width, spec.seed * 64 + face));
  const words = Math.ceil(background.length / 4);
  const noise = noiseTable(words + 4096, spec.seed);
  const frame = new Uint32Array(words);
  const pixels = Buffer.from(frame.buffer, 0, background.length);
  return (index) => {
    pixels.set(background);
    for (const [face, box] of scene(index).entries()) {
      const head = heads[face] as Head;
      blend(pixels, spec.width, head, box.x, box.y - Math.floor(box.width * headAbove));
    }
    addNoise(frame, noise, Math.imul(index, 2654435761) >>> 20);
    return pixels;
  };
}

/** A wall: brighter towards one corner. */
function drawBackground({ width, height, seed }: SyntheticSpec): Uint8Array {
  const level = 90 + 40 * randomFrom(seed + 1)();
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 3) {
      const light = level + (40 * x) / width + (25 * y) / height;
      pixels[at] = Math.floor(light);
      pixels[at + 1] = Math.floor(light * 0.97);
      pixels[at + 2] = Math.floor(light * 0.92);
    }
  return pixels;
}

function blend(pixels: Uint8Array, frameWidth: number, head: Head, left: number, top: number): void {
  for (let row = 0; row < head.height; row++) {
    let to = ((top + row) * frameWidth + left) * 3;
    let from = row * head.width;
    for (let column = 0; column < head.width; column++, from++, to += 3) {
      const opacity = head.opacity[from] as number;
      if (opacity === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const below = pixels[to + channel] as number;
        const above = head.pixels[from * 3 + channel] as number;
        const level = Math.floor((below * (255 - opacity) + above * opacity) / 255);
        pixels[to + channel] = Math.min(maxLevel, level);
      }
    }
  }
}

function noiseTable(words: number, seed: number): Uint32Array {
  const random = randomFrom(seed + 2);
  return Uint32Array.from({ length: words }, () => Math.floor(random() * 2 ** 32) & noiseMask);
}

/** Adds noise to four bytes at a time; each frame starts at another place of the table, so that it flickers. */
function addNoise(frame: Uint32Array, noise: Uint32Array, offset: number): void {
  for (let at = 0; at < frame.length; at++)
    frame[at] = (frame[at] as number) + (noise[at + offset] as number);
}
