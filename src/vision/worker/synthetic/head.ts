import { randomFrom } from "./random.ts";
import { headAbove, headBelow } from "./scene.ts";

/** A drawn head: blue, green, red bytes, and the opacity of each pixel (0..255). */
export interface Head {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly opacity: Uint8Array;
}

type Color = readonly [blue: number, green: number, red: number];

/** A soft-edged ellipse, in fractions of the face box's side, measured from the center of the box. */
interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Factor of the skin's brightness in its center. */
  readonly tone: number;
}

/**
 * Brows, eyes, nose, mouth and cheeks: the dark and bright places that the Haar features of a frontal face compare.
 * Of some thousand sizes tried, the cascade finds faces of 52 to 148 pixels most reliably with these.
 */
const features: readonly Spot[] = [
  { x: -0.155, y: -0.205, width: 0.205, height: 0.053, tone: 0.44 },
  { x: 0.155, y: -0.205, width: 0.205, height: 0.053, tone: 0.44 },
  { x: -0.155, y: -0.125, width: 0.15, height: 0.095, tone: 0.55 },
  { x: 0.155, y: -0.125, width: 0.15, height: 0.095, tone: 0.55 },
  { x: -0.155, y: -0.125, width: 0.06, height: 0.045, tone: 0.3 },
  { x: 0.155, y: -0.125, width: 0.06, height: 0.045, tone: 0.3 },
  { x: 0, y: 0.02, width: 0.043, height: 0.185, tone: 1.2 },
  { x: 0, y: 0.165, width: 0.11, height: 0.035, tone: 0.7 },
  { x: 0, y: 0.27, width: 0.12, height: 0.025, tone: 0.4 },
  { x: -0.22, y: 0.12, width: 0.137, height: 0.137, tone: 1.12 },
  { x: 0.22, y: 0.12, width: 0.137, height: 0.137, tone: 1.12 },
];

const hairline = -0.275;

/** Draws a head whose face box has this side, pixels; the box starts at x 0 and `side * headAbove` below the top. */
export function drawHead(side: number, seed: number): Head {
  const random = randomFrom(seed);
  const light = 165 + 45 * random();
  const skin: Color = [light * 0.68, light * 0.8, light];
  const above = Math.floor(side * headAbove);
  const height = side + above + Math.floor(side * headBelow);
  const head = {
    width: side,
    height,
    pixels: new Uint8Array(side * height * 3),
    opacity: new Uint8Array(side * height),
  };
  for (let row = 0; row < height; row++)
    for (let column = 0; column < side; column++)
      paint(head, row * side + column, (column + 0.5) / side - 0.5, (row - above + 0.5) / side - 0.5, skin);
  return head;
}

function paint(head: Head, at: number, x: number, y: number, skin: Color): void {
  const outline = distance(x, y - (headBelow - headAbove) / 2, 0.5, 0.5 + (headAbove + headBelow) / 2);
  if (outline >= 1) return;
  let tone = 1 - 0.34 * outline;
  const hair = y < hairline ? Math.min(1, (hairline - y) * 12) : 0;
  tone *= 1 - 0.7 * hair;
  for (const spot of features) {
    const inside = Math.max(0, 1 - distance(x - spot.x, y - spot.y, spot.width, spot.height));
    tone *= 1 + (spot.tone - 1) * Math.min(1, inside * 2);
  }
  head.opacity[at] = Math.floor(Math.min(1, (1 - outline) * 12) * 255);
  for (let channel = 0; channel < 3; channel++)
    head.pixels[at * 3 + channel] = Math.floor(Math.min(235, (skin[channel] as number) * tone));
}

/** Squared: 0 in the center of an ellipse, 1 on its edge. */
function distance(x: number, y: number, width: number, height: number): number {
  return (x / width) * (x / width) + (y / height) * (y / height);
}
