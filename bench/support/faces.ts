import { randomBytes, randomUUID } from "node:crypto";
import { connectAsync } from "mqtt";
import { encodeFace } from "../../src/face/message.ts";
import { grayPng } from "../../test/support/png.ts";

/** Side of a picture of noise, which does not compress, whose message has 10 kB, pixels. */
const side = 97;

/** Publishes `count` face messages at QoS 1, which differ in id and seq; returns their common epoch. */
export async function publishFaces(url: string, topic: string, count: number): Promise<string> {
  const epoch = randomUUID();
  const picture = grayPng(Array.from({ length: side }, () => randomBytes(side)));
  const client = await connectAsync(url, { protocolVersion: 5 });
  const messages = Array.from({ length: count }, (_, at) =>
    client.publishAsync(topic, faceMessage(picture, epoch, at + 1), { qos: 1 }),
  );
  await Promise.all(messages);
  await client.endAsync();
  return epoch;
}

function faceMessage(picture: Buffer, epoch: string, seq: number): Buffer {
  return encodeFace(picture, "png", {
    v: 1,
    id: randomUUID(),
    camera: "bench",
    epoch,
    seq,
    capturedAt: new Date().toISOString(),
    frame: { width: 640, height: 480, index: seq },
    box: { x: 0, y: 0, width: side, height: side },
    score: 0.9,
    detector: "bench",
  });
}
