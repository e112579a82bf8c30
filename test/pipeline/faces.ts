import type { FaceFacts } from "../../src/face/face.ts";
import { faceId, newEpoch } from "../../src/face/face-id.ts";
import { encodeFace } from "../../src/face/message.ts";
import { grayPng } from "../support/png.ts";

/** A complete gray PNG of 2x2 pixels. */
export function smallPng(shade: number): Buffer {
  return grayPng([Buffer.of(shade, shade), Buffer.of(shade, 255 - shade)]);
}

/** Messages as detect sends them, all of one new epoch. */
export function faceMessages(count: number, camera = "cam0"): Buffer[] {
  const seqs = Array.from({ length: count }, (_, each) => each + 1);
  return facesOf(camera, newEpoch(), seqs);
}

/** The faces of an epoch with these numbers; with another `shade` they are other pictures with the same keys. */
export function facesOf(camera: string, epoch: string, seqs: readonly number[], shade = 0): Buffer[] {
  return seqs.map((seq) => {
    const capturedAt = "2026-11-21T14:03:22.123Z";
    const facts: FaceFacts = {
      v: 1,
      id: faceId(Date.parse(capturedAt), epoch, seq),
      camera,
      epoch,
      seq,
      capturedAt,
      frame: { width: 640, height: 480, index: seq - 1 },
      box: { x: 1, y: 2, width: 30, height: 30 },
      score: 0.9,
      detector: "haar",
    };
    return encodeFace(smallPng((seq - 1 + shade) % 256), "png", facts);
  });
}
