import { Chalk } from "chalk";

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Text styles for a terminal. The only file that imports chalk. */
export type Style = Readonly<Record<"dim" | "bold" | "good" | "bad" | "name", (text: string) => string>> & {
  /** False: it returns every text as it is. */
  readonly hasColors: boolean;
  /** One character cell that shows two pixels, one above the other. */
  readonly pixels: (upper: Rgb, lower: Rgb) => string;
};

/** `depth`: bits for colors, as of `colorDepth`. */
export function styleFor(depth: number): Style {
  const level = depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
  const chalk = new Chalk({ level });
  return {
    hasColors: level > 0,
    dim: chalk.dim,
    bold: chalk.bold,
    good: chalk.green,
    bad: chalk.red,
    name: chalk.cyan,
    pixels: (upper, lower) => chalk.rgb(...upper).bgRgb(...lower)("▀"),
  };
}
