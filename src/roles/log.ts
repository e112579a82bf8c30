import { aborted } from "../base/abort.ts";
import { toJson, toText } from "../face/format.ts";
import { Subscriber } from "../mqtt/subscriber.ts";
import { readTopicFilter } from "../mqtt/topics.ts";
import { brokerOptions } from "../settings/broker.ts";
import { flag, option } from "../settings/option.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "./broker-connection.ts";
import { defineRole } from "./role.ts";
import { stopReceiving } from "./stop-receiving.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  json: flag("print JSON lines"),
  ...brokerOptions,
};

export const log = defineRole({
  name: "log",
  summary: "Prints one line for each face message it receives",
  examples: ["facepipe log", "facepipe log --broker mqtts://cloud.example --ca ca.pem --json | jq .box"],
  options,
  check: (settings) => loginFaults({ ...settings, url: settings.broker }),
  async run(settings, context) {
    const { print, style, stop } = context;
    const broker = toBroker(settings.broker, settings, stableClientId("log"), settings.connectTimeout);
    // No durable session: a viewer does not catch up on what it missed, so the broker need not queue it.
    const connection = connectionOf(broker, { role: "log", peer: "broker" }, context);
    const subscription = { filter: settings.topic, qos: settings.qos };
    const subscriber = new Subscriber(connection, subscription, async (message) => {
      print(settings.json ? toJson(message, new Date()) : toText(message, new Date(), style));
    });
    connection.add(subscriber);
    await connection.start(stop);
    context.ready();
    await aborted(stop);
    await stopReceiving(subscriber, context.drainOnStop, context);
    await connection.stop();
    return {};
  },
});
