import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { binary } from "./facepipe.ts";

const script = fileURLToPath(new URL("terminal.py", import.meta.url));

/** Runs facepipe at a terminal; `keys` are typed once `after` has appeared. Returns its exit code and raw output. */
export function atTerminal(
  args: readonly string[],
  keys = "",
  after = "",
): Promise<{ code: number; raw: string }> {
  return new Promise((resolve) => {
    const command = [script, keys, after, process.execPath, binary, ...args];
    execFile("python3", command, { encoding: "utf8", timeout: 60_000 }, (error, raw) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, raw });
    });
  });
}

/** ESC [ parameter final (ECMA-48), or any one character. */
const sequence = new RegExp(`${String.fromCharCode(27)}\\[([?\\d;]*)([A-Za-z])|([^])`, "g");

/**
 * The lines that remain on the screen, without colors. Interprets what a progress bar writes: carriage return, cursor to a
 * column, clear to the right, the whole line or the rest of the screen. Throws at anything else.
 */
export function linesOnScreen(raw: string): string[] {
  const lines: string[] = [];
  let line: string[] = [];
  let column = 0;
  for (const [, parameter = "", final = "", letter = ""] of raw.matchAll(sequence)) {
    if (letter === "\n") {
      lines.push(line.join(""));
      [line, column] = [[], 0];
    } else if (letter === "\r") column = 0;
    else if (letter !== "") line[column++] = letter;
    else if (final === "G") column = Math.max(0, Number(parameter || 1) - 1);
    else if (final === "J" || (final === "K" && parameter !== "2"))
      line.length = Math.min(line.length, column);
    else if (final === "K") line = [];
    else if (!"mhl".includes(final)) throw new Error(`unexpected ESC[${parameter}${final}`);
  }
  return [...lines, line.join("")];
}
