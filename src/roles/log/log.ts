import { aborted } from "../../base/abort.ts";
import { eventFields } from "../../base/log-events.ts";
import { toJson, toText } from "../../face/format.ts";
import { Subscriber } from "../../mqtt/subscriber.ts";
import { readTopicFilter } from "../../mqtt/topics.ts";
import { brokerOptions } from "../../settings/broker.ts";
import { processEnvironment } from "../../settings/environment.ts";
import {
  flag,
  integerBetween,
  numberBetween,
  option,
  readText,
  type Settings,
} from "../../settings/option.ts";
import { connectionOf, loginFaults, stableClientId, toBroker } from "../broker-connection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { stopReceiving } from "../stop-receiving.ts";

const options = {
  topic: option("FILTER", "topic filter to subscribe to", readTopicFilter, { fallback: "faces/#" }),
  json: flag("print JSON lines"),
  thumbnails: flag("draw each face, on a terminal with pictures or colors"),
  exec: option(
    "COMMAND",
    "run this shell command for each face: the picture on its standard input, facts in its environment",
    readText,
  ),
  execTimeout: option("SECONDS", "kill such a command after this time", numberBetween(0.1, 86_400), {
    fallback: "30",
  }),
  execConcurrency: option("N", "how many such commands run at once", integerBetween(1, 256), {
    fallback: "4",
  }),
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
    const commands = await commandsFor(settings, context);
    // No durable session: a viewer does not catch up on what it missed, so the broker need not queue it.
    const connection = connectionOf(broker, { role: "log", peer: "broker" }, context);
    const subscription = { filter: settings.topic, qos: settings.qos };
    const subscriber = new Subscriber(connection, subscription, async (message) => {
      commands?.add(message);
      if (settings.json) return print(toJson(message, new Date()));
      const picture = draw?.(message.payload);
      print([toText(message, new Date(), style), ...(picture === undefined ? [] : [picture])].join("\n"));
    });
    connection.add(subscriber);
    await connection.start(stop);
    context.ready();
    await aborted(stop);
    await stopReceiving(subscriber, context.drainOnStop, context);
    await commands?.finish();
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

async function commandsFor(settings: Settings<typeof options>, context: RoleContext) {
  const { exec: command, execTimeout: timeout, execConcurrency: concurrency } = settings;
  if (command === undefined) return undefined;
  const { ExecQueue } = await import("./exec/exec-queue.ts");
  // Our settings contain passwords, and would be faults for a facepipe that the command starts.
  const own = Object.entries(processEnvironment()).filter(([name]) => !name.startsWith("FACEPIPE_"));
  return new ExecQueue({ command, timeout, concurrency, environment: Object.fromEntries(own) }, context);
}
