import { randomUUID } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { FaceFacts } from "../../src/face/face.ts";
import { encodeFace } from "../../src/face/message.ts";

/** A complete gray PNG of 2x2 pixels. */
export function smallPng(shade: number): Buffer {
  const header = Buffer.from([0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0]);
  const rows = Buffer.from([0, shade, shade, 0, shade, 255 - shade]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), ...chunks]);
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

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
