import type { Style } from "../../../base/terminal-style.ts";
import type { Output } from "../../process-host.ts";
import { type Graphics, graphicsOf, toBlocks, toSequence } from "./graphics.ts";
import { decodePicture, scale } from "./pixels.ts";

/** Of a thumbnail, character cells, which are about twice as high as wide. */
const rows = 8;
/** Pixels of a cell in terminals that draw pictures. */
const cellHeight = 16;

/**
 * Returns a function that draws a picture below its text, as well as the terminal can; undefined for what it cannot
 * decode. Undefined instead of the function: the output has neither pictures nor colors.
 */
export function thumbnailsFor(
  output: Pick<Output, "isTTY" | "columns">,
  style: Style,
  graphics: Graphics = graphicsOf(output),
): ((payload: Buffer) => string | undefined) | undefined {
  if (graphics === "blocks" && !style.hasColors) return undefined;
  return (payload) => {
    const picture = decoded(payload);
    if (!picture) return undefined;
    const { width, height } = picture;
    const widest = Math.max(1, (output.columns ?? 80) - 1);
    const columns = clamp(Math.round((2 * rows * width) / height), 1, Math.min(widest, 4 * rows));
    const usedRows = clamp(Math.round((columns * height) / (2 * width)), 1, rows);
    if (graphics === "blocks") return toBlocks(scale(picture, columns, 2 * usedRows), style);
    const pixels = scale(picture, (columns * cellHeight) / 2, usedRows * cellHeight);
    return toSequence(pixels, graphics, columns, usedRows);
  };
}

function decoded(payload: Buffer) {
  try {
    return decodePicture(payload);
  } catch {
    // Anyone may publish anything; the line above says what it is.
    return undefined;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
