import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";

/** A client of somebody else's, speaking MQTT 5 unless told otherwise; it comes back when the broker was away. */
export async function clientAt(
  t: TestContext,
  url: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 100, ...options });
  client.on("error", () => undefined);
  t.after(() => void client.end(true));
  return client;
}

/** Publishes all and resolves when the broker has them. */
export async function publishAll(
  client: MqttClient,
  messages: readonly (readonly [topic: string, payload: Buffer | string])[],
) {
  await Promise.all(messages.map(([topic, payload]) => client.publishAsync(topic, payload, { qos: 1 })));
}

/** Hears everything on a filter, through restarts of the broker. */
export class Ear {
  readonly heard: IPublishPacket[] = [];
  readonly #more = new EventEmitter();

  static async at(t: TestContext, url: string, filter: string, options: IClientOptions = {}): Promise<Ear> {
    const ear = new Ear();
    const client = await clientAt(t, url, options);
    client.on("message", (_topic, _payload, packet) => {
      ear.heard.push(packet);
      ear.#more.emit("more");
    });
    await client.subscribeAsync(filter, { qos: 1, rap: true });
    return ear;
  }

  get texts(): string[] {
    return this.heard.map(({ payload }) => payload.toString());
  }

  /** Resolves when so many messages, or so many different ones, have been heard. */
  async until(count: number, what: "all" | "different" = "all"): Promise<void> {
    while ((what === "all" ? this.heard.length : new Set(this.texts).size) < count)
      await once(this.#more, "more");
  }
}
