import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { decodeMessage } from "../../src/face/message.ts";
import { objectsInFolder } from "../pipeline/objects.ts";
import { facepipe, type Program, startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";

const ended = { code: 0, signal: null };

export interface PipelineOptions {
  /** URL of the broker that detect publishes to. */
  readonly edge: string;
  /** URL of the broker that store subscribes to; the same as `edge`: without forward. */
  readonly cloud: string;
  readonly camera: string;
}

/** detect with a spool, forward unless there is one broker only, and a store of a directory, each a process. */
export class BrokerPipeline {
  readonly #t: TestContext;
  readonly #options: PipelineOptions;
  readonly #folder: string;
  readonly store: Program;
  readonly forward: Program | undefined;

  /** Resolves when store and forward have subscribed. */
  static async start(t: TestContext, options: PipelineOptions): Promise<BrokerPipeline> {
    const pipeline = new BrokerPipeline(t, options);
    await Promise.all([pipeline.store.event("storing"), pipeline.forward?.event("forwarding")]);
    return pipeline;
  }

  private constructor(t: TestContext, options: PipelineOptions) {
    this.#t = t;
    this.#options = options;
    this.#folder = emptyFolder(t);
    const { edge, cloud, camera } = options;
    // Identifiers of their own: a broker that several tests use has sessions of earlier roles.
    const id = (role: string) => `${role}-${camera}`;
    const wait = ["--connect-timeout", "60"];
    const to = ["--to", this.#faces, "--log-level", "debug", "--client-id", id("store"), ...wait];
    this.store = startFacepipe(t, ["store", "--broker", cloud, ...to]);
    if (edge === cloud) return;
    const ids = ["--from-client-id", id("forward"), "--to-client-id", id("forward")];
    this.forward = startFacepipe(t, ["forward", "--from", edge, "--to", cloud, ...ids, ...wait]);
  }

  /** A detect that counts two faces in each of ten frames a second, and ends when all are confirmed. */
  detect(seconds: number): Program {
    const { edge, camera } = this.#options;
    const source = ["--camera", `synthetic:faces=2,fps=10,seconds=${seconds},seed=3`, "--detector", "haar"];
    const spool = ["--spool", join(this.#folder, "spool"), "--client-id", `detect-${camera}`];
    return startFacepipe(this.#t, ["detect", "--broker", edge, "--name", camera, ...source, ...spool]);
  }

  /** Resolves when this many objects have been written since the start. */
  async stored(count: number): Promise<void> {
    await this.store.eventTimes("object_written", count);
  }

  /** Resolves when every role has lost its connection to a broker. */
  static async lost(...roles: readonly (Program | undefined)[]): Promise<void> {
    await Promise.all(roles.map((role) => role?.event("connection_lost")));
  }

  /** Waits for detect's end, stops the others, and fails unless every face that was counted is stored, once. */
  async assertComplete(detect: Program): Promise<void> {
    assert.deepEqual(await detect.ended, ended, detect.stderr);
    // Stopped by a signal it would end with 0, too, with faces in its spool.
    assert.deepEqual(detect.events("spool_kept"), [], detect.stderr);
    for (const role of [this.forward, this.store])
      if (role) assert.deepEqual(await role.stop(), ended, role.stderr);
    const [summary] = detect.events("detect_summary");
    const faces = Number(/(\d+) faces/.exec(summary?.msg ?? "")?.[1]);
    assert.ok(faces > 20, `${summary?.msg}`);
    const pictures = [...(await objectsInFolder(this.#faces))].filter(([key]) => !key.startsWith("epochs/"));
    const seqs = pictures.map(([key, payload]) => {
      const decoded = decodeMessage(payload);
      assert.ok(decoded.kind === "face", `${key} is ${decoded.kind}`);
      return decoded.facts.seq;
    });
    assert.deepEqual(
      seqs.sort((a, b) => a - b),
      Array.from({ length: faces }, (_, index) => index + 1),
      `detect:\n${detect.stderr}\nforward:\n${this.forward?.stderr}`,
    );
    const audit = await facepipe(this.#t, ["audit", "--from", this.#faces, "--json"]);
    assert.equal(audit.code, 0, audit.stdout + audit.stderr);
    const { complete, missing, doubled, epochs } = JSON.parse(audit.stdout);
    assert.deepEqual({ complete, missing, doubled }, { complete: true, missing: 0, doubled: 0 });
    assert.deepEqual(
      epochs.map(({ stored, ended }: { stored: number; ended: boolean }) => ({ stored, ended })),
      [{ stored: faces, ended: true }],
    );
  }

  get #faces(): string {
    return join(this.#folder, "faces");
  }
}
