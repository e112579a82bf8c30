import type { MqttClient } from "mqtt";

/**
 * What this folder uses of MQTT.js beyond its public API. Because of it, and because the folder relies on when MQTT.js
 * calls its handlers and callbacks, package.json pins the exact version of mqtt. Read MQTT.js's changes and run
 * test/mqtt/ before you raise it.
 */
interface Internals {
  _nextId(): number | null;
  _sendPacket(packet: object, done?: undefined, stored?: undefined, noStore?: boolean): void;
  readonly outgoing: Record<number, { volatile: boolean; cmd: string; cb: (error?: Error) => void }>;
}

export function internals(client: MqttClient): Internals {
  return client as unknown as Internals;
}
