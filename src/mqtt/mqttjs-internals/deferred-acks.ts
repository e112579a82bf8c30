import type { IPublishPacket, MqttClient } from "mqtt";
import { internals } from "./internals.ts";

/** Marks a message as safe; to be called once, in any order among messages. */
export type Acknowledge = () => void;

/**
 * Acknowledges messages when they are safe, not when they arrive, with many in flight.
 *
 * MQTT.js reads the next packet only when the handler of the last one calls back, and then acknowledges at once: one
 * message at a time, and meanwhile no PINGRESP is read and the keepalive fails. So we call back at once with an error,
 * which makes MQTT.js skip its own acknowledgement, and send ours later with `_sendPacket`.
 *
 * QoS 1 is deferred in `handleMessage`; QoS 2 in `customHandleAcks`, before MQTT.js would answer PUBREC: with PUBREC
 * the broker deletes the message, so this is the step that must wait.
 *
 * Acknowledgements are sent in the order of arrival [MQTT-4.6.0-2]. Those of a lost connection are dropped: the broker
 * sends the messages again.
 *
 * `isFull` decides whether `held` unacknowledged messages are enough. The broker should stop at the receive maximum;
 * MQTT 3.1.1 has none, and Mosquitto 2.0 sends its whole queue after the first acknowledgement. Then the socket is
 * paused until one of them is acknowledged.
 */
export function deferAcks(
  client: MqttClient,
  isFull: (held: number) => boolean,
  onMessage: (packet: IPublishPacket, acknowledge: Acknowledge) => void,
): void {
  const held: Held[] = [];
  let first = 0;
  let resume: (() => void) | undefined;

  const mustPause = () => isFull(held.length - first);

  const hold = (packet: IPublishPacket) => {
    const cmd = packet.qos === 2 ? "pubrec" : "puback";
    const entry: Held = { answer: { cmd, messageId: packet.messageId, reasonCode: 0 }, isSafe: false };
    held.push(entry);
    onMessage(packet, () => {
      entry.isSafe = true;
      first = acknowledgeSafe(client, held, first);
      if (resume === undefined || mustPause()) return;
      const readOn = resume;
      resume = undefined;
      readOn();
    });
  };

  client.handleMessage = (packet, done) => {
    const publish = packet as IPublishPacket;
    if (publish.qos === 0) {
      onMessage(publish, () => undefined);
      return done();
    }
    hold(publish);
    if (mustPause()) resume = () => done(acknowledgedLater);
    else done(acknowledgedLater);
  };
  client.options.customHandleAcks = (_topic, _message, packet, acknowledge) => {
    if (packet.qos !== 2) return acknowledge(0);
    hold(packet);
    if (mustPause()) resume = () => acknowledge(acknowledgedLater as never, 0);
    else acknowledge(acknowledgedLater as never, 0);
  };
  // While the socket is paused we don't read PINGRESPs, so this timeout says nothing about the broker.
  const onKeepaliveTimeout = client.onKeepaliveTimeout.bind(client);
  client.onKeepaliveTimeout = () => {
    if (resume === undefined) return onKeepaliveTimeout();
    client.sendPing();
    client.reschedulePing(true);
  };
  // MQTT.js emits the error with which a QoS 2 message was deferred.
  client.on("error", () => undefined);
}

interface Held {
  /** The acknowledgement; the message itself would keep its payload in memory. */
  readonly answer: object;
  isSafe: boolean;
}

/** The error that keeps MQTT.js from acknowledging; it may be emitted as an `error` event that means nothing. */
export const acknowledgedLater = new Error("acknowledged later");

/** Acknowledges from the front up to the first message that is not safe; returns its index. */
function acknowledgeSafe(client: MqttClient, held: Held[], first: number): number {
  let next = first;
  for (; held[next]?.isSafe; next++) {
    if (client.connected) internals(client)._sendPacket(held[next]?.answer ?? {});
  }
  // Drops the acknowledged ones now and then, rather than moving the whole queue each time.
  if (next < 1024 && next < held.length) return next;
  held.splice(0, next);
  return 0;
}
