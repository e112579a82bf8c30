import { EventEmitter, once } from "node:events";
import type { TestContext } from "node:test";
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";

/** A client that is not facepipe's, with MQTT 5 by default; it reconnects after a broker's outage. */
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

/** Publishes all and resolves when the broker has acknowledged them. */
export async function publishAll(
  client: MqttClient,
  messages: readonly (readonly [topic: string, payload: Buffer | string])[],
) {
  await Promise.all(messages.map(([topic, payload]) => client.publishAsync(topic, payload, { qos: 1 })));
}

/** Receives everything that matches a topic filter, through restarts of the broker. */
export class Subscriber {
  readonly received: IPublishPacket[] = [];
  readonly #changed = new EventEmitter();

  static async at(
    t: TestContext,
    url: string,
    filter: string,
    options: IClientOptions = {},
  ): Promise<Subscriber> {
    const subscriber = new Subscriber();
    const client = await clientAt(t, url, options);
    client.on("message", (_topic, _payload, packet) => {
      subscriber.received.push(packet);
      subscriber.#changed.emit("change");
    });
    await client.subscribeAsync(filter, { qos: 1, rap: true });
    return subscriber;
  }

  get texts(): string[] {
    return this.received.map(({ payload }) => payload.toString());
  }

  /** Resolves when at least `count` messages, or as many different payloads, have been received. */
  async until(count: number, what: "all" | "different" = "all"): Promise<void> {
    while ((what === "all" ? this.received.length : new Set(this.texts).size) < count)
      await once(this.#changed, "change");
  }
}
