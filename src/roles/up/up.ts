import { doneBefore } from "../../base/abort.ts";
import { redact } from "../../base/log.ts";
import { sleep } from "../../base/time.ts";
import { startEmbeddedBroker } from "../../mqtt/embedded-broker.ts";
import { option } from "../../settings/option.ts";
import { parseTarget, targetName } from "../../sinks/target.ts";
import { webcamPresent } from "../../vision/camera-name.ts";
import { brokerCheck } from "../broker-check/broker-check.ts";
import { nameFaults, sourcesOf } from "../detect/camera-names.ts";
import { detect } from "../detect/detect.ts";
import { cameraOption, captureOptions } from "../detect/options.ts";
import { forward } from "../forward.ts";
import { log } from "../log.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { keepingOptions, store } from "../store/store.ts";
import { type RunningRole, startRole } from "./start-role.ts";

const options = {
  ...captureOptions,
  camera: cameraOption({ fallbackNote: "the webcam if there is one, else synthetic" }),
  to: option("TARGET", "where faces are kept: file:///DIR or s3://BUCKET/PREFIX", parseTarget, {
    fallback: "./faces",
  }),
  ...keepingOptions,
};

/** Ports that people expect; another is taken when one is in use. */
const edgePort = 1883;
const cloudPort = 1884;

export const up = defineRole({
  name: "up",
  summary: "The whole line on one machine, both brokers embedded",
  examples: ["facepipe up", "facepipe up --camera holiday.mp4 --to ./holiday"],
  options,
  check: ({ name = [], ...settings }) => {
    const given = sourcesOf(settings);
    return nameFaults(given.length > 0 ? given : [""], name);
  },
  async run({ to, createBucket, public: isPublic, endpoint, pathStyle, ...settings }, context) {
    const { print, stop } = context;
    const named = sourcesOf(settings);
    const given = named.length > 0;
    const camera = given ? named : [webcamPresent() ? "0" : "synthetic"];
    const edge = await startEmbeddedBroker(edgePort);
    const cloud = await startEmbeddedBroker(cloudPort);
    const target = targetName(to);
    const keeping = { createBucket, public: isPublic, endpoint, pathStyle };
    const note = given ? "" : camera[0] === "0" ? " (the webcam)" : " (no webcam here)";
    print(`camera         ${redact(camera.join(", "))}${note}`);
    print(`edge broker    ${edge.url}`);
    print(`cloud broker   ${cloud.url}`);
    print(`faces          ${target}`);
    const units: RunningRole[] = [];
    const start = async (unit: Promise<RunningRole>) => void units.unshift(await unit);
    try {
      for (const { url } of [edge, cloud])
        await (await startRole(brokerCheck, { broker: url, quiet: true }, context)).done;
      // From the end of the line to its beginning, so that everything that flows has somewhere to go.
      await start(startRole(store, { broker: cloud.url, to: target }, context, keeping));
      await start(startRole(forward, { from: edge.url, to: cloud.url }, context));
      await start(startRole(log, { broker: edge.url }, context));
      const eyes = await startRole(detect, { broker: edge.url, camera: camera.join("\n") }, context, {
        ...settings,
        camera,
        cameraFile: [],
      });
      units.unshift(eyes);
      context.ready();
      await doneBefore(eyes.done, stop);
      await eyes.stop();
      await drained(context);
    } finally {
      // The source first, then along the flow; a unit that failed has told so already.
      for (const unit of units) await unit.stop().catch(() => undefined);
      await edge.stop();
      await cloud.stop();
    }
    const counts = await count(context);
    print(
      `${counts.faces} faces found, ${counts.published} published, ${counts.forwarded} forwarded, ${counts.stored} stored in ${target}`,
    );
  },
});

/** Resolves when everything published is stored, or the time to stop is over; the embedded brokers keep nothing. */
async function drained(context: RoleContext): Promise<void> {
  for (;;) {
    const { published, stored } = await count(context);
    if (stored >= published || context.deadline.aborted) return;
    await sleep(20, context.deadline);
  }
}

async function count({ metrics }: RoleContext) {
  const value = async (counter: { get(): Promise<{ values: { value: number }[] }> }) =>
    (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);
  return {
    faces: await value(metrics.faces),
    published: await value(metrics.published),
    forwarded: await value(metrics.forwarded),
    stored: await value(metrics.stored),
  };
}
