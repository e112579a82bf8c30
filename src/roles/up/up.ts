import { join } from "node:path";
import { doneBefore } from "../../base/abort.ts";
import { stateFolder } from "../../base/user-folders.ts";
import { safeName } from "../../face/name.ts";
import { startEmbeddedBroker } from "../../mqtt/embedded-broker.ts";
import { option } from "../../settings/option.ts";
import { parseTarget, type Target, targetName } from "../../sinks/target.ts";
import { cameraLabel, webcamPresent } from "../../vision/source-kind.ts";
import { brokerCheck } from "../broker-check/broker-check.ts";
import { detect } from "../detect/detect.ts";
import { captureFaults } from "../detect/option-conflicts.ts";
import { cameraOption, captureOptions, spoolOptions } from "../detect/options.ts";
import { nameFaults } from "../detect/unique-camera-names.ts";
import { forward } from "../forward/forward.ts";
import { gallery } from "../gallery/gallery.ts";
import { pageFaults, pageOptions } from "../gallery/options.ts";
import { log } from "../log/log.ts";
import { defineRole, type RoleSummary } from "../role.ts";
import { objectOptions } from "../store/options.ts";
import { store } from "../store/store.ts";
import { withFreePort } from "./free-port.ts";
import { type RunningRole, startRole } from "./start-role.ts";

const cameraOptions = {
  ...captureOptions,
  emit: { ...captureOptions.emit, fallback: "every:1" },
  camera: cameraOption({ fallbackNote: "the webcam if there is one, else synthetic" }),
};

const options = {
  ...cameraOptions,
  to: option("TARGET", "where to store faces: file:///DIR or s3://BUCKET/PREFIX", parseTarget, {
    fallback: "./faces",
  }),
  ...objectOptions,
  ...spoolOptions,
  ...pageOptions,
  listen: {
    ...pageOptions.listen,
    fallbackNote: "127.0.0.1:8080, or the next port that is free",
  },
  spool: {
    ...spoolOptions.spool,
    fallbackNote: ".facepipe-spool in the target directory; for a bucket in the user's state folder",
  },
};

/** Well-known ports; another one is used when a port is taken. */
const edgePort = 1883;
const cloudPort = 1884;

export const up = defineRole({
  name: "up",
  summary: "Runs the whole pipeline on one machine, both brokers embedded",
  examples: ["facepipe up", "facepipe up --camera holiday.mp4 --to ./holiday"],
  options,
  cameraOptions,
  runs: ["detect", "store"],
  checkCamera: captureFaults,
  // Without any camera there is one all the same.
  check: ({ cameras = [], name = [], ...page }) => [
    ...nameFaults(cameras.length || 1, name),
    ...pageFaults(page),
  ],
  async run(
    { to, createBucket, public: isPublic, endpoint, pathStyle, listen, authFile, ...settings },
    context,
  ) {
    const { print, stop } = context;
    const found = webcamPresent() ? "0" : "synthetic";
    const isSet = settings.cameras.length > 0;
    const cameras = isSet ? settings.cameras : [{ ...settings, camera: [found] }];
    const sources = cameras.flatMap(({ camera }) => camera);
    const edge = await startEmbeddedBroker(edgePort);
    const cloud = await startEmbeddedBroker(cloudPort);
    const target = targetName(to);
    const note = isSet ? "" : found === "0" ? " (the webcam)" : " (no webcam here)";
    print(`camera         ${sources.map(cameraLabel).join(", ")}${note}`);
    print(`edge broker    ${edge.url}`);
    print(`cloud broker   ${cloud.url}`);
    print(`faces          ${target}`);
    /** In the order in which faces flow through them. */
    const running: RunningRole[] = [];
    const start = async (role: Promise<RunningRole>) => void running.unshift(await role);
    const summaries: RoleSummary[] = [];
    try {
      for (const { url } of [edge, cloud])
        await (await startRole(brokerCheck, { broker: url, quiet: true }, context)).done;
      // Downstream first: a broker only queues messages for clients that have already subscribed.
      const objects = { createBucket, public: isPublic, endpoint, pathStyle };
      await start(startRole(store, { broker: cloud.url, to: target }, context, objects));
      await start(startRole(forward, { from: edge.url, to: cloud.url }, context));
      const bucket = { endpoint, pathStyle };
      const page = { ...bucket, authFile, listen: await withFreePort(listen) };
      await start(startRole(gallery, { broker: cloud.url, from: target }, context, page));
      await start(startRole(log, { broker: edge.url }, context));
      const { spool: _, ...captureSettings } = settings;
      const capture = { ...captureSettings, camera: sources, cameras };
      const flags = {
        broker: edge.url,
        camera: sources.join("\n"),
        spool: settings.spool ?? spoolFolder(to),
      };
      await start(startRole(detect, flags, context, capture));
      context.ready();
      const [detecting] = running;
      await doneBefore(detecting?.done ?? Promise.resolve(), stop);
      // Rejects if detect failed: then there is nothing to summarise.
      await detecting?.stop();
    } finally {
      // A role that failed has reported it already.
      for (const role of running) summaries.push(await role.stop().catch(() => ({})));
      await edge.stop();
      await cloud.stop();
    }
    const { faces = 0, published = 0, forwarded = 0, stored = 0 } = Object.assign({}, ...summaries);
    print(
      `${faces} faces found, ${published} published, ${forwarded} forwarded, ${stored} stored in ${target}`,
    );
    return { faces, published, forwarded, stored };
  },
});

/** Where faces wait by default; one folder for each target, so that a face reaches the target it was meant for. */
function spoolFolder(to: Target): string {
  if (to.kind === "file") return join(to.directory, ".facepipe-spool");
  return join(stateFolder(), "spool", safeName(`${to.bucket}-${to.prefix}`));
}
