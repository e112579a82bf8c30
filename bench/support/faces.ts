import { randomBytes } from "node:crypto";
import { connectAsync } from "mqtt";
import type { FaceFacts } from "../../src/face/face.ts";
import { faceId, newEpoch } from "../../src/face/face-id.ts";
import { encodeFace } from "../../src/face/message.ts";
import { grayPng } from "../../test/support/png.ts";

/** Side of a picture of noise, which does not compress, whose message has 10 kB, pixels. */
const side = 97;

/** Publishes `count` face messages at QoS 1, which differ in id and seq; returns their common epoch. */
export async function publishFaces(url: string, topic: string, count: number): Promise<string> {
  const epoch = newEpoch();
  const picture = noisePicture();
  const client = await connectAsync(url, { protocolVersion: 5 });
  const messages = Array.from({ length: count }, (_, at) =>
    client.publishAsync(
      topic,
      faceMessage(picture, { camera: "bench", epoch, seq: at + 1, capturedAt: Date.now() }),
      { qos: 1 },
    ),
  );
  await Promise.all(messages);
  await client.endAsync();
  return epoch;
}

/** A picture that does not compress. */
export function noisePicture(): Buffer {
  return grayPng(Array.from({ length: side }, () => randomBytes(side)));
}

/** A message as detect sends it; `capturedAt`: milliseconds since 1970. */
export function faceMessage(
  picture: Buffer,
  face: Pick<FaceFacts, "camera" | "epoch" | "seq"> & { readonly capturedAt: number },
): Buffer {
  const { camera, epoch, seq, capturedAt } = face;
  return encodeFace(picture, "png", {
    v: 1,
    id: faceId(capturedAt, epoch, seq),
    camera,
    epoch,
    seq,
    capturedAt: new Date(capturedAt).toISOString(),
    frame: { width: 640, height: 480, index: seq },
    box: { x: 0, y: 0, width: side, height: side },
    score: 0.9,
    detector: "bench",
  });
}
