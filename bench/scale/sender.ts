import { EventEmitter, once } from "node:events";
import { connectAsync, type MqttClient } from "mqtt";
import { encodeEpochRecord, epochTopic } from "../../src/face/epoch-record.ts";
import { parseReceipt, receiptPrefix } from "../../src/face/receipt.ts";
import { faceMessage, noisePicture } from "../support/faces.ts";
import { Camera } from "./camera.ts";

/** How often it looks for faces to send again, and for a record that nobody has confirmed, milliseconds. */
const interval = 100;
const recordInterval = 2000;

/**
 * Publishes faces of several cameras at QoS 1 as detect with a spool does: a face is sent again until a receipt confirms
 * it, because a broker also assigns messages to a store that is dead. In this process, so that it costs little.
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

  static async connect(url: string, cameras: number): Promise<Sender> {
    const client = await connectAsync(url, { protocolVersion: 5 });
    await client.subscribeAsync(`${receiptPrefix}#`, { qos: 1 });
    return new Sender(client, cameras);
  }

  private constructor(client: MqttClient, cameras: number) {
    this.#client = client;
    this.cameras = Array.from({ length: cameras }, (_, index) => new Camera(`cam${index}`));
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
      for (const { seq, repeated } of camera.due()) {
        if (repeated) this.resent++;
        const message = faceMessage(this.#picture, { camera: camera.name, epoch: camera.epoch, seq });
        this.#client
          .publishAsync(`faces/${camera.name}`, message, { qos: 1 })
          .then(() => camera.acknowledged(seq), this.#fail);
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
