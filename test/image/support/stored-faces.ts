import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { decodeMessage } from "../../../src/face/message.ts";
import type { Objects } from "../../pipeline/objects.ts";

/** Duration without the uplink, seconds: a minute with FACEPIPE_TEST_LONG. */
export const outageSeconds = process.env["FACEPIPE_TEST_LONG"] ? 60 : 10;

/** The number of faces in detect's summary. */
export function facesFound(logs: string): number {
  const found = Number(logs.match(/ frames, (\d+) faces/)?.[1]);
  assert.ok(found > 0, logs);
  return found;
}

/** Asserts that each of detect's faces is stored once, by its sequence number; waits up to a minute for them. */
export async function assertAllStored(store: () => Promise<Objects>, found: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  const pictures = async () => [...(await store())].filter(([key]) => !key.startsWith("epochs/"));
  let objects = await pictures();
  while (objects.length < found && Date.now() < deadline) {
    await delay(500);
    objects = await pictures();
  }
  const faces = objects.map(([key, payload]) => {
    const decoded = decodeMessage(payload);
    assert.ok(decoded.kind === "face", `${key} is ${decoded.kind}`);
    return decoded.facts;
  });
  const numbers = faces.map(({ seq }) => seq).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    Array.from({ length: found }, (_, at) => at + 1),
  );
  assert.equal(new Set(faces.map(({ epoch }) => epoch)).size, 1);
}

/** Waits until a face of the last ten seconds is stored: what waited in the spool during an outage is stored before. */
export async function untilCurrent(store: () => Promise<Objects>): Promise<void> {
  const isCurrent = (payload: Buffer) => {
    const decoded = decodeMessage(payload);
    return decoded.kind === "face" && Date.now() - Date.parse(decoded.facts.capturedAt) < 10_000;
  };
  while (![...(await store()).values()].some(isCurrent)) await delay(500);
}
