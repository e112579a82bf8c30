import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { toJson, toText } from "../../face/format.ts";
import { Subscriber } from "../../mqtt/subscriber.ts";
import { readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { flag, option } from "../../settings/option.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { stopReceiving } from "../stop-receiving.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  json: flag("print JSON lines"),
  thumbnails: flag("draw each face, on a terminal with pictures or colors"),
  ...brokerOptions,
};

export const log = defineRole({
  name: "log",
  summary: "Prints one line for each face message it receives",
  examples: [
    "facepipe log --thumbnails",
    "facepipe log --broker mqtts://cloud.example --ca ca.pem --json | jq .box",
  ],
  options,
  check: (settings) => [
    ...loginFaults({ ...settings, url: settings.broker }),
    ...(settings.json && settings.thumbnails ? ["--json and --thumbnails cannot both be set"] : []),
  ],
  async run(settings, context) {
    const { print, style, stop } = context;
    const draw = settings.thumbnails ? await drawingFor(context) : undefined;
    const broker = toBroker(settings.broker, settings, stableClientId("log"), settings.connectTimeout);
    // No durable session: a viewer does not catch up on what it missed, so the broker need not queue it.
    const connection = connectionOf(broker, { role: "log", peer: "broker" }, context);
    const subscription = { filter: settings.topic, qos: settings.qos };
    const subscriber = new Subscriber(connection, subscription, async (message) => {
      if (settings.json) return print(toJson(message, new Date()));
      const picture = draw?.(message.payload);
      print([toText(message, new Date(), style), ...(picture === undefined ? [] : [picture])].join("\n"));
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

/** Loads what decodes pictures only when it is needed. Undefined, with a warning, where nothing can be drawn. */
async function drawingFor({ style, output, log }: RoleContext) {
  const { thumbnailsFor } = await import("./thumbnails/thumbnails.ts");
  const draw = thumbnailsFor(output, style);
  if (!draw)
    log.warn(
      eventFields("setting_ignored"),
      "--thumbnails has no effect: standard output has neither pictures nor colors (FORCE_COLOR=3 turns colors on)",
    );
  return draw;
}
