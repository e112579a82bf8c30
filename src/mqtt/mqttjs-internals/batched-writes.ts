import type { MqttClient } from "mqtt";

/**
 * Sends all packets of one turn of the event loop in one system call. MQTT.js corks its socket for each packet alone
 * and uncorks before it processes the next; a chunk from the broker holds many messages, each of which causes a PUBLISH
 * or PUBACK. Measured on a backlog of 10 kB messages: about a third more messages per second.
 */
export function batchWrites(client: MqttClient): void {
  let corked: MqttClient["stream"] | undefined;
  client.on("packetsend", () => {
    const { stream } = client;
    if (corked === stream) return;
    corked = stream;
    stream.cork?.();
    setImmediate(() => {
      corked = undefined;
      stream.uncork?.();
    });
  });
}
