import { execFileSync } from "node:child_process";
import type { FaceFacts } from "../../src/face/face.ts";
import { findCommand } from "../support/commands.ts";

/** Debian's Python, which has Pillow; another one in the PATH may not. */
export const python = "/usr/bin/python3";

/** Why a test that needs Pillow, an independent reader and writer of pictures, cannot run; for `skip`. */
export function pillowMissing(): string | undefined {
  try {
    execFileSync(python, ["-c", "import PIL"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "needs Pillow (Debian: python3-pil)";
  }
}

export const ffprobeMissing = () => (findCommand("ffprobe") ? undefined : "needs ffprobe (Debian: ffmpeg)");

/** Runs Python on a picture: `data` is its standard input, `im` the opened picture, if there is one. */
export function pillow(code: string, picture: Buffer = Buffer.alloc(0)): Buffer {
  const start =
    "import sys, io, json\nfrom PIL import Image, PngImagePlugin\ndata = sys.stdin.buffer.read()\nim = Image.open(io.BytesIO(data)) if data else None\n";
  return execFileSync(python, ["-c", start + code], { input: picture, maxBuffer: 1e8 });
}

/** A picture of noise, 40x30, by Pillow's encoder; `mode` is L, RGB ..., `options` are those of save(). */
export function draw(format: string, mode = "L", options = ""): Buffer {
  return pillow(
    `im = Image.effect_noise((40, 30), 60).convert("${mode}")\nout = io.BytesIO()\nim.save(out, "${format}"${options && `, ${options}`})\nsys.stdout.buffer.write(out.getvalue())`,
  );
}

export const facts: FaceFacts = {
  v: 1,
  id: "0198c0de-0000-7000-8000-000000000001",
  camera: "Höf Tür 門",
  epoch: "0198c0de-0000-7000-8000-000000000000",
  seq: 17,
  capturedAt: "2026-11-21T14:03:22.123Z",
  frame: { width: 640, height: 480, index: 512 },
  box: { x: 220, y: 96, width: 118, height: 117 },
  score: 0.94,
  detector: "yunet",
};

/** `facts` as the decoder returns them. */
export const decodedFacts: FaceFacts = {
  ...facts,
  crop: undefined,
  aligned: undefined,
  visit: undefined,
  quality: undefined,
  landmarks: undefined,
  reduced: undefined,
};
