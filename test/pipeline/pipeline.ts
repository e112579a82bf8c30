import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { FaceFacts } from "../../src/face/face.ts";
import { decodeMessage } from "../../src/face/message.ts";
import type { S3Fixture } from "../sinks/s3/fixture.ts";
import { newBucketName } from "../support/ceph.ts";
import { type Program, startFacepipe } from "../support/facepipe.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { objectsInBucket } from "./objects.ts";

/** A face as `detect --dry-run` prints it. */
export interface ExpectedFace {
  readonly frame: number;
  readonly box: FaceFacts["box"];
  readonly score: number;
}

/** The keys of each line that `detect --dry-run` prints for a video, in their order. */
export const dryRunKeys = "camera frame capturedAt box crop score detector visit quality".split(" ");

/** What detect finds in this source: the faces that have to arrive. */
export async function expectedFaces(
  t: TestContext,
  camera: string,
  ...more: string[]
): Promise<ExpectedFace[]> {
  const args = ["detect", "--detector", "haar", "--camera", camera, "--dry-run", ...more];
  const program = startFacepipe(t, args);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr);
  return program.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The pipeline from an edge broker to a bucket: each role is a process of its own. */
export class Pipeline {
  readonly bucket = newBucketName();
  readonly #t: TestContext;
  readonly #s3: S3Fixture;
  readonly #edge: string;
  readonly #cloud: string;

  static async start(t: TestContext, s3: S3Fixture): Promise<Pipeline> {
    const options = { persistence: true, maxQueued: 0 };
    const brokers = await Promise.all([startMosquitto(options), startMosquitto(options)]);
    t.after(() => Promise.all(brokers.map((broker) => broker.stop())));
    return new Pipeline(t, s3, brokers[0].url, brokers[1].url);
  }

  private constructor(t: TestContext, s3: S3Fixture, edge: string, cloud: string) {
    this.#t = t;
    this.#s3 = s3;
    this.#edge = edge;
    this.#cloud = cloud;
  }

  get edge(): string {
    return this.#edge;
  }

  /** A store that has subscribed; it logs each object. */
  async store(): Promise<Program> {
    const to = ["--to", `s3://${this.bucket}`, "--path-style", "--create-bucket", "--log-level", "debug"];
    const program = startFacepipe(this.#t, ["store", "--broker", this.#cloud, ...to], {
      env: this.#s3.ceph.env,
    });
    await program.event("storing");
    return program;
  }

  /** A forward that has subscribed. */
  async forward(): Promise<Program> {
    const program = startFacepipe(this.#t, ["forward", "--from", this.#edge, "--to", this.#cloud]);
    await program.event("forwarding");
    return program;
  }

  detect(camera: string, ...more: string[]): Program {
    const source = ["--detector", "haar", "--camera", camera];
    return startFacepipe(this.#t, ["detect", "--broker", this.#edge, ...source, ...more]);
  }

  /** All faces in the bucket by their number; fails when an object is neither a face nor an epoch's record. */
  async stored(): Promise<{ facts: FaceFacts; payload: Buffer }[]> {
    const objects = await objectsInBucket(this.#s3.admin, this.bucket);
    const pictures = [...objects].filter(([key]) => !key.startsWith("epochs/"));
    const faces = pictures.map(([key, payload]) => {
      const decoded = decodeMessage(payload);
      assert.ok(decoded.kind === "face", `${key} is ${decoded.kind}`);
      return { facts: decoded.facts, payload };
    });
    return faces.sort((a, b) => a.facts.seq - b.facts.seq);
  }
}

/** Fails unless exactly the expected faces arrived, each once, numbered without gaps within one epoch. */
export function assertComplete(
  stored: readonly { facts: FaceFacts }[],
  expected: readonly ExpectedFace[],
): void {
  const facts = stored.map((face) => face.facts);
  assert.deepEqual(
    facts.map(({ seq }) => seq),
    expected.map((_, at) => at + 1),
  );
  assert.equal(new Set(facts.map(({ epoch }) => epoch)).size, 1);
  assert.equal(new Set(facts.map(({ id }) => id)).size, facts.length);
  // OpenCV's threads return the faces of one frame in any order.
  const inOrder = (faces: ExpectedFace[]) =>
    faces.sort((a, b) => a.frame - b.frame || a.box.x - b.box.x || a.box.y - b.box.y);
  assert.deepEqual(
    inOrder(facts.map(({ frame, box, score }) => ({ frame: frame.index, box, score }))),
    inOrder(expected.map(({ frame, box, score }) => ({ frame, box, score }))),
  );
}
