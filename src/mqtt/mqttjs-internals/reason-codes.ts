import { createRequire } from "node:module";

/**
 * Makes MQTT.js read every MQTT 5 reason code that means a failure, 0x80 to 0xFF.
 *
 * mqtt-packet, its parser, accepts only the codes that the specification lists for each packet, and any other is a
 * broken connection to it. Brokers send others: Mosquitto answers a PUBLISH over its message_size_limit with PUBACK
 * 0x95 "packet too large". Then the message would be sent again on the next connection, and end that one too, forever.
 * Whatever the code, the broker has answered and has refused one request; mqtt-errors.ts says what the code means.
 *
 * The tables are found from where mqtt itself is, so it is the copy of mqtt-packet that mqtt uses.
 */
export function acceptAllReasonCodes(): void {
  const fromMqtt = createRequire(createRequire(import.meta.url).resolve("mqtt"));
  const constants: Record<string, Record<number, string>> = fromMqtt("mqtt-packet/constants");
  for (const packet of ["PUBACK_PUBREC", "PUBREL_PUBCOMP", "SUBACK", "UNSUBACK", "DISCONNECT"]) {
    const codes = constants[`MQTT5_${packet}_CODES`];
    if (codes === undefined) throw new Error(`mqtt-packet has no table of the reason codes of ${packet}`);
    for (let code = 0x80; code <= 0xff; code++) codes[code] ??= "Unknown";
  }
}
