import type { IPublishPacket, MqttClient } from "mqtt";

/** Says that a message is safe; may be called once, in any order among messages. */
export type Acknowledge = () => void;

/**
 * Acknowledges messages when they are safe, not when they arrive, with many in flight.
 *
 * MQTT.js takes the next packet only when the handler of the last one calls back, and then acknowledges at once: one
 * message at a time, and while it waits no PINGRESP is read and the keepalive fails. So the callback is called at once
 * with an error, which makes MQTT.js skip its own acknowledgement, and ours is sent later with `_sendPacket`.
 * That is not public API: the version of mqtt is pinned for it, and test/mqtt/mqttjs-internals/deferred-acks.test.ts watches it.
 *
 * QoS 1 is held back at `handleMessage`; QoS 2 at `customHandleAcks`, before MQTT.js would answer PUBREC: with PUBREC the
 * broker hands the message over for good, so this is the step that must wait.
 *
 * Acknowledgements leave in the order of arrival [MQTT-4.6.0-2]. Those of a lost connection are dropped: the broker
 * sends the messages again.
 *
 * `full` says whether so many held messages are enough. The broker should know by the receive maximum; MQTT 3.1.1 has
 * none, and Mosquitto 2.0 sends its whole queue after the first acknowledgement. Then nothing more is
 * read from the socket until one is safe.
 */
export function deferAcks(
  client: MqttClient,
  full: (held: number) => boolean,
  take: (packet: IPublishPacket, settle: Acknowledge) => void,
): void {
  const held: Held[] = [];
  let first = 0;
  let readOn: (() => void) | undefined;

  const tooMany = () => full(held.length - first);

  const hold = (packet: IPublishPacket) => {
    const cmd = packet.qos === 2 ? "pubrec" : "puback";
    const entry: Held = { answer: { cmd, messageId: packet.messageId, reasonCode: 0 }, settled: false };
    held.push(entry);
    take(packet, () => {
      entry.settled = true;
      first = acknowledgeSettled(client, held, first);
      if (readOn === undefined || tooMany()) return;
      const go = readOn;
      readOn = undefined;
      go();
    });
  };

  client.handleMessage = (packet, done) => {
    const publish = packet as IPublishPacket;
    if (publish.qos === 0) {
      done();
      take(publish, () => undefined);
      return;
    }
    hold(publish);
    if (tooMany()) readOn = () => done(notYet);
    else done(notYet);
  };
  client.options.customHandleAcks = (_topic, _message, packet, acknowledge) => {
    if (packet.qos !== 2) return acknowledge(0);
    hold(packet);
    if (tooMany()) readOn = () => acknowledge(notYet as never, 0);
    else acknowledge(notYet as never, 0);
  };
  // While nothing is read no answer to a ping is seen: the broker's silence is ours, and it still wants to hear from us.
  const onKeepaliveTimeout = client.onKeepaliveTimeout.bind(client);
  client.onKeepaliveTimeout = () => {
    if (readOn === undefined) return onKeepaliveTimeout();
    client.sendPing();
    client.reschedulePing(true);
  };
  // MQTT.js reports the error that held a QoS 2 message back.
  client.on("error", () => undefined);
}

interface Held {
  /** The acknowledgement; the message itself would keep its payload in memory. */
  readonly answer: object;
  settled: boolean;
}

/** What MQTT.js is told so that it does not acknowledge; it may come back as an `error` event that means nothing. */
export const notYet = new Error("acknowledged later");

type SendPacket = { _sendPacket(packet: object): void };

/** Acknowledges from the front as far as all are settled; returns the index of the first that is not. */
function acknowledgeSettled(client: MqttClient, held: Held[], first: number): number {
  let next = first;
  for (; held[next]?.settled; next++) {
    if (client.connected) (client as unknown as SendPacket)._sendPacket(held[next]?.answer ?? {});
  }
  // Drops the acknowledged ones now and then, rather than moving the whole queue each time.
  if (next < 1024 && next < held.length) return next;
  held.splice(0, next);
  return 0;
}
