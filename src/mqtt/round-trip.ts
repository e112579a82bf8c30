import type { MqttClient } from "mqtt";
import { deferred } from "../base/deferred.ts";

/**
 * Resolves with true when the broker has answered a PINGREQ: it has processed what was sent before. False when the
 * connection has ended.
 */
export async function roundTrip(client: MqttClient): Promise<boolean> {
  if (!client.connected) return false;
  const { promise, resolve } = deferred<boolean>();
  const onPacket = ({ cmd }: { readonly cmd?: string }) => {
    if (cmd === "pingresp") resolve(true);
  };
  const onClose = () => resolve(false);
  client.on("packetreceive", onPacket).once("close", onClose);
  client.sendPing();
  try {
    return await promise;
  } finally {
    client.off("packetreceive", onPacket).off("close", onClose);
  }
}
