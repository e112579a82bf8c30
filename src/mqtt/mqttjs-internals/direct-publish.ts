import { Readable } from "node:stream";
import type { IPublishPacket, IStore, MqttClient } from "mqtt";
import { internals } from "./internals.ts";

/**
 * Publishes at QoS 1 or 2 without MQTT.js's copy of the message. `client.publish` clones every packet, payload
 * included, into a store from which it would resend it; Publisher keeps the messages anyway. Without the copies a
 * backlog of 10 kB messages took a quarter less CPU.
 * The caller keeps fewer in flight than there are packet identifiers.
 */
export function publishDirectly(
  client: MqttClient,
  packet: Pick<IPublishPacket, "topic" | "payload" | "qos" | "retain" | "properties">,
  onAnswer: (error?: Error) => void,
): void {
  const mqttjs = internals(client);
  const messageId = mqttjs._nextId();
  if (messageId === null) throw new Error("all 65535 packet identifiers are in use");
  mqttjs.outgoing[messageId] = { volatile: false, cmd: "publish", cb: onAnswer };
  mqttjs._sendPacket({ cmd: "publish", messageId, dup: false, ...packet }, undefined, undefined, true);
}

/** An outgoing store that stores nothing, for a client whose owner keeps the messages itself. */
export function noOpStore(): IStore {
  const store: IStore = {
    put: (_packet, done) => {
      done();
      return store;
    },
    get: (packet, done) => {
      done(new Error("nothing is stored"), packet as never);
      return store;
    },
    del: (packet, done) => {
      done(undefined, packet as never);
      return store;
    },
    createStream: () => Readable.from([]) as unknown as ReturnType<IStore["createStream"]>,
    close: (done) => done(undefined as never),
  };
  return store;
}
