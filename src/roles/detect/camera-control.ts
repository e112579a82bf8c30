import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { Backoff } from "../../base/retry.ts";
import { sleep, within } from "../../base/time.ts";
import { BestEffortPublisher } from "../../mqtt/best-effort-publisher.ts";
import type { Connection, ConnectionExtension } from "../../mqtt/connection.ts";
import type { Link } from "../../mqtt/link.ts";
import type { MessageRouter } from "../../mqtt/message-router.ts";
import { subscribeOptionally } from "../../mqtt/optional-subscription.ts";
import { roundTrip } from "../../mqtt/round-trip.ts";
import { cameraPrefix, topicHint } from "../../mqtt/topics.ts";

/** Pauses a camera or resumes it; resolves when that is done. */
export type CameraSwitch = (camera: string, isOn: boolean) => Promise<void>;

/** States published and not acknowledged. */
const window = 10;
/** Longest wait for the retained messages of a subscription, milliseconds. */
const retainedWait = 3000;
/** Waits before the next subscription after one that ended the connection, milliseconds. */
const limits = { min: 1000, max: 5 * 60_000 };
/** Characters of an unknown payload that a warning shows. */
const mostShown = 40;

/**
 * Pauses cameras by MQTT: `OFF` on `facepipe/cameras/CAMERA/set` pauses, `ON` resumes, and the retained
 * `facepipe/cameras/CAMERA/state` tells. Add it as the last extension. detect can do without: a broker that refuses any
 * of this, or ends the connection because of it, does not stop the faces.
 */
export class CameraControl implements ConnectionExtension {
  readonly #connection: Connection;
  readonly #switch: CameraSwitch;
  readonly #publisher: BestEffortPublisher;
  /** Cameras by the topic that switches them. */
  readonly #topics: ReadonlyMap<string, string>;
  readonly #off = new Set<string>();
  /** The latest change of each camera that is not done yet. */
  readonly #changes = new Map<string, symbol>();
  readonly #warned = new Set<string>();
  readonly #backoff = new Backoff(limits);
  /** A subscription is unanswered: if the connection ends now, that may be the reason. */
  #isUnanswered = false;
  #publishTimer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, cameras: readonly string[], onSwitch: CameraSwitch) {
    this.#connection = connection;
    this.#switch = onSwitch;
    this.#publisher = new BestEffortPublisher(connection, window);
    this.#topics = new Map(cameras.map((camera) => [setTopic(camera), camera]));
  }

  route(router: MessageRouter): void {
    router.listen(cameraPrefix, ({ topic, payload }) => {
      const camera = this.#topics.get(topic);
      if (camera !== undefined) this.#onMessage(camera, payload);
      return camera !== undefined;
    });
  }

  /** Resolves when the retained messages have been received, as far as a broker lets us know. */
  async connected(link: Link): Promise<void> {
    this.#publisher.connected(link);
    if (this.#topics.size === 0) return;
    if (this.#isUnanswered) void this.#subscribeLater(link);
    else await this.#subscribe(link);
    this.#publishStates();
  }

  async #subscribe(link: Link): Promise<void> {
    this.#isUnanswered = true;
    for (const topic of this.#topics.keys()) {
      // MQTT.js never answers a request on a connection that has ended.
      if (!link.client.connected) return;
      const onRefused = (error: unknown) =>
        this.#onRefused(topic, "does not allow this client to read", "cannot be paused", error);
      await subscribeOptionally(link.client, topic, { qos: 1 }, onRefused);
    }
    // Most brokers send retained messages before they read the next packet.
    const isAnswered = await within(retainedWait, roundTrip(link.client), true);
    if (!isAnswered) return;
    this.#isUnanswered = false;
    this.#backoff.reset();
  }

  /** Not while the connection is set up, which waits for it. */
  async #subscribeLater(link: Link): Promise<void> {
    const ended = new AbortController();
    link.client.once("close", () => ended.abort());
    await sleep(this.#backoff.next(), ended.signal);
    if (link.client.connected) await this.#subscribe(link);
  }

  #onMessage(camera: string, payload: Buffer): void {
    const text = payload.toString("utf8", 0, 4 * mostShown).trim();
    const isOn = payload.length <= 4 * mostShown ? readSwitch(text) : undefined;
    if (isOn !== undefined) {
      void this.#set(camera, isOn);
      return;
    }
    // The retained message was deleted.
    if (text === "") return;
    const shown = JSON.stringify(text.slice(0, mostShown));
    const state = this.#off.has(camera) ? "stays paused" : "goes on";
    const message = `${setTopic(camera)} has ${shown}, which is neither ON nor OFF: the camera ${state}`;
    this.#warnOnce(`payload ${camera}`, message);
  }

  async #set(camera: string, isOn: boolean): Promise<void> {
    // The retained message comes again with each connection.
    if (isOn !== this.#off.has(camera)) return;
    if (isOn) this.#off.delete(camera);
    else this.#off.add(camera);
    const change = Symbol();
    this.#changes.set(camera, change);
    try {
      await this.#switch(camera, isOn);
    } catch (error) {
      this.#connection.options.onFatal(error as Error);
    }
    if (this.#changes.get(camera) !== change) return;
    this.#changes.delete(camera);
    await this.#publishState(camera);
  }

  #publishStates(): void {
    // A change that is not done yet is published then.
    for (const camera of this.#topics.values())
      if (!this.#changes.has(camera)) void this.#publishState(camera);
  }

  async #publishState(camera: string): Promise<void> {
    const topic = `${cameraPrefix}${camera}/state`;
    const payload = Buffer.from(this.#off.has(camera) ? "OFF" : "ON");
    try {
      const answer = await this.#publisher.publish({ topic, payload, retain: true });
      // If the connection has ended, the next one publishes all.
      if (answer === "lost" && this.#publisher.pause > 0) this.#publishSoon();
    } catch (error) {
      this.#onRefused(topic, "does not allow this client to publish to", "does not tell its state", error);
    }
  }

  #publishSoon(): void {
    clearTimeout(this.#publishTimer);
    this.#publishTimer = setTimeout(() => this.#publishStates(), this.#publisher.pause);
    this.#publishTimer.unref();
  }

  #onRefused(topic: string, refusal: string, consequence: string, error: unknown): void {
    const { href } = this.#connection.options.broker;
    const message = `the camera ${consequence}: ${href} ${refusal} ${topic}: ${describe(error)}`;
    this.#warnOnce(refusal, message + topicHint(topic, "--name"), error);
  }

  #warnOnce(key: string, message: string, error?: unknown): void {
    const { log } = this.#connection.options;
    const event = error === undefined ? "camera_warning" : "broker_feature_missing";
    log[this.#warned.has(key) ? "debug" : "warn"](eventFields(event, error), message);
    this.#warned.add(key);
  }
}

function setTopic(camera: string): string {
  return `${cameraPrefix}${camera}/set`;
}

/** Whether the camera is to be on; undefined for another text. */
function readSwitch(text: string): boolean | undefined {
  const switches: Readonly<Record<string, boolean>> = { ON: true, OFF: false };
  return switches[text.toUpperCase()];
}
