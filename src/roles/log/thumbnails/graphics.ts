import escapes from "ansi-escapes";
import { PNG } from "pngjs";
import { image2sixel } from "sixel";
import { createSupportsTerminalGraphics } from "supports-terminal-graphics";
import type { Style } from "../../../base/terminal-style.ts";
import { type Pixels, pixelAt } from "./pixels.ts";

/** How a terminal draws pictures. */
export type Graphics = "kitty" | "iterm2" | "sixel" | "blocks";

/** The best that the terminal says it has. */
export function graphicsOf(stream: { readonly isTTY?: boolean }): Graphics {
  const { kitty, iterm2, sixel } = createSupportsTerminalGraphics(stream);
  return kitty ? "kitty" : iterm2 ? "iterm2" : sixel ? "sixel" : "blocks";
}

/** The picture as text for a terminal, with one pixel for each half of a character cellends with a line break. */
export function toBlocks(pixels: Pixels, style: Style): string {
  const rows = Array.from({ length: pixels.height / 2 }, (_, row) => {
    let text = "";
    for (let x = 0; x < pixels.width; x++)
      text += style.pixels(pixelAt(pixels, x, 2 * row), pixelAt(pixels, x, 2 * row + 1));
    return text;
  });
  return rows.join("\n");
}

/** The escape sequence that draws the picture over so many columns and rows; the cursor is behind it then. */
export function toSequence(
  pixels: Pixels,
  graphics: Exclude<Graphics, "blocks">,
  columns: number,
  rows: number,
): string {
  if (graphics === "kitty") return toKitty(pixels, columns, rows);
  // A copy, which it changes; of a Buffer it would take a slice for another copy.
  if (graphics === "sixel") return image2sixel(new Uint8Array(pixels.data), pixels.width, pixels.height);
  return escapes.image(toPng(pixels), { width: columns, height: rows, preserveAspectRatio: true });
}

function toPng({ width, height, data }: Pixels): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(data);
  return PNG.sync.write(png);
}

/** The most that one sequence may carry, base64 (kitty graphics protocol, "Remote client"). */
const chunkSize = 4096;

/** q=2: the terminal answers nothing, which would be typed into the shell. */
function toKitty({ width, height, data }: Pixels, columns: number, rows: number): string {
  const base64 = Buffer.from(data).toString("base64");
  const chunks = base64.match(new RegExp(`.{1,${chunkSize}}`, "g")) ?? [];
  return chunks
    .map((chunk, index) => {
      const first = index === 0 ? `a=T,f=32,s=${width},v=${height},c=${columns},r=${rows},q=2,` : "";
      return `\u001b_G${first}m=${index < chunks.length - 1 ? 1 : 0};${chunk}\u001b\\`;
    })
    .join("");
}
