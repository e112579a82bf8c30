import { EventEmitter, once } from "node:events";
import { connectAsync, type MqttClient } from "mqtt";
import { encodeEpochRecord, epochTopic } from "../../src/face/epoch-record.ts";
import { parseReceipt, receiptPrefix } from "../../src/face/receipt.ts";
import { faceMessage, noisePicture } from "../support/faces.ts";
import { Camera } from "./camera.ts";

/** How often it looks for faces to send again, and for a record that nobody has confirmed, milliseconds. */
const interval = 100;
const recordInterval = 2000;

export interface SenderOptions {
  /** Faces come from so many cameras. */
  readonly cameras: number;
  /** Most faces of all cameras that are published and unconfirmed. */
  readonly window: number;
  /** A face without a receipt is published again after this time, milliseconds. */
  readonly repeatAfter: number;
}

/**
 * Publishes faces of several cameras at QoS 1 until receipts confirm them, because a broker also assigns messages to a
 * store that is dead. Unlike detect it does not slow down when faces are lost, so that the stores are the limit; and it
 * runs in this process, so that it costs little.
 */
export class Sender {
  readonly cameras: readonly Camera[];
  /** Faces published more than once, each time counted. */
  resent = 0;
  readonly #client: MqttClient;
  readonly #picture = noisePicture();
  readonly #ended = new Set<string>();
  readonly #changed = new EventEmitter();
  readonly #timer = setInterval(() => this.#publish(), interval);
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;

  static async connect(url: string, options: SenderOptions): Promise<Sender> {
    const client = await connectAsync(url, { protocolVersion: 5 });
    await client.subscribeAsync(`${receiptPrefix}#`, { qos: 1 });
    return new Sender(client, options);
  }

  private constructor(client: MqttClient, { cameras, window, repeatAfter }: SenderOptions) {
    this.#client = client;
    this.cameras = Array.from(
      { length: cameras },
      (_, index) => new Camera({ name: `cam${index}`, window: Math.ceil(window / cameras), repeatAfter }),
    );
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.#failed.catch(() => undefined);
    client
      .on("error", this.#fail)
      .on("close", () => this.#fail(new Error("the broker closed the connection")));
    client.on("message", (_topic, payload) => this.#receive(payload));
  }

  get confirmed(): number {
    return this.cameras.reduce((sum, { confirmed }) => sum + confirmed, 0);
  }

  /** Publishes `count` more faces of each camera. */
  send(count: number): void {
    for (const camera of this.cameras) camera.last += count;
    this.#publish();
  }

  /** Resolves when at least `count` faces of all cameras together are confirmed. */
  async untilConfirmed(count: number): Promise<void> {
    while (this.confirmed < count) await this.#change();
  }

  /** Publishes the record of each epoch until it is confirmed, as detect does when an epoch ends. */
  async endEpochs(): Promise<void> {
    const publish = () => {
      for (const camera of this.cameras) if (!this.#ended.has(camera.epoch)) this.#publishRecord(camera);
    };
    publish();
    const timer = setInterval(publish, recordInterval);
    try {
      while (this.#ended.size < this.cameras.length) await this.#change();
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.end(true);
  }

  async #change(): Promise<void> {
    await Promise.race([once(this.#changed, "change"), this.#failed]);
  }

  #publish(): void {
    for (const camera of this.cameras)
      for (const { repeated, ...face } of camera.due(Date.now())) {
        if (repeated) this.resent++;
        const message = faceMessage(this.#picture, { camera: camera.name, epoch: camera.epoch, ...face });
        this.#client.publishAsync(`faces/${camera.name}`, message, { qos: 1 }).catch(this.#fail);
      }
  }

  #publishRecord({ name: camera, epoch, last }: Camera): void {
    const record = {
      v: 1,
      camera,
      epoch,
      first: 1,
      last,
      dropped: [],
      endedAt: new Date().toISOString(),
    } as const;
    this.#client.publishAsync(epochTopic(camera), encodeEpochRecord(record), { qos: 1 }).catch(this.#fail);
  }

  #receive(payload: Buffer): void {
    const receipt = parseReceipt(payload);
    const camera = this.cameras.find(({ epoch }) => epoch === receipt?.epoch);
    if (!receipt || !camera) return;
    try {
      camera.confirm(receipt);
    } catch (error) {
      this.#fail(error);
    }
    if (receipt.ended) this.#ended.add(camera.epoch);
    this.#publish();
    this.#changed.emit("change");
  }
}
