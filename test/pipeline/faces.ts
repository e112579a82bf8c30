import { randomUUID } from "node:crypto";
import type { FaceFacts } from "../../src/face/face.ts";
import { encodeFace } from "../../src/face/message.ts";
import { grayPng } from "../support/png.ts";

/** A complete gray PNG of 2x2 pixels. */
export function smallPng(shade: number): Buffer {
  return grayPng([Buffer.of(shade, shade), Buffer.of(shade, 255 - shade)]);
}

/** Messages as detect sends them, all of one epoch. */
export function faceMessages(count: number, camera = "cam0"): Buffer[] {
  const epoch = randomUUID();
  return Array.from({ length: count }, (_, each) => {
    const facts: FaceFacts = {
      v: 1,
      id: randomUUID(),
      camera,
      epoch,
      seq: each + 1,
      capturedAt: "2026-11-21T14:03:22.123Z",
      frame: { width: 640, height: 480, index: each },
      box: { x: 1, y: 2, width: 30, height: 30 },
      score: 0.9,
      detector: "haar",
    };
    return encodeFace(smallPng(each % 256), "png", facts);
  });
}
