import { join } from "node:path";
import type { DelayProxy } from "../support/delay-proxy.ts";
import { binary, cleanEnvironment } from "../support/facepipe.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";
import type { CleanUp } from "./clean-up.ts";
import type { Victim } from "./faults.ts";
import type { S3Proxy } from "./s3-proxy.ts";
import { prepareSpoolDisk, type SpoolDisk } from "./spool-disk.ts";
import { SupervisedProcess } from "./supervised-process.ts";
import type { Target } from "./target.ts";
import { type SiteNetwork, startSiteNetwork, startUplinkProxy } from "./uplink.ts";

export interface PipelineOptions {
  /** Arguments of detect that say what it reads and how. */
  readonly camera: readonly string[];
  /** The spool on or, to show what is lost without, off. */
  readonly spool: boolean;
  /** The folder for logs and the spool. */
  readonly folder: string;
}

/** The pipeline of separate processes, with brokers as Mosquitto is by default: nothing persistent, 1000 messages. */
export interface Pipeline {
  readonly detect: SupervisedProcess;
  readonly forward: SupervisedProcess;
  readonly store: SupervisedProcess;
  readonly edge: Mosquitto;
  readonly cloud: Mosquitto;
  /** The processes that faults kill and freeze. */
  readonly victims: Readonly<Record<string, Victim>>;
  readonly cable: SiteNetwork["cable"];
  readonly uplink: DelayProxy;
  readonly s3: S3Proxy | undefined;
  readonly disk: SpoolDisk;
  /** The command that sends what is in the spool. */
  readonly drain: readonly string[];
}

export async function startPipeline(
  options: PipelineOptions,
  target: Target,
  cleanUp: CleanUp,
  signal: AbortSignal,
): Promise<Pipeline> {
  const network = await startSiteNetwork(cleanUp);
  const disk = await prepareSpoolDisk(options.folder, cleanUp);
  const broker = async (lines: string[] = []) => {
    const started = await startMosquitto({ lines });
    cleanUp.add(() => started.stop());
    return started;
  };
  // A second listener, because forward is beyond the namespace's border.
  const edge = await broker(network.cable && [`listener ${sitePort} ${network.edgeHost}`]);
  const cloud = await broker();
  const uplink = await startUplinkProxy(network, cloud.port, cleanUp);
  const from = network.cable ? `mqtt://${network.edgeHost}:${sitePort}` : edge.url;
  const to = `mqtt://${network.cloudHost}:${uplink.port}`;

  const start = async (
    name: string,
    args: readonly string[],
    { host = "127.0.0.1", prefix = [] as readonly string[], env = {}, pollInterval = 1000 } = {},
  ) => {
    const http = `${host}:${await freePort()}`;
    const [program = "", ...more] = [...prefix, process.execPath, binary, name, ...args];
    const process_ = new SupervisedProcess({
      name,
      command: [program, ...more, "--http", http, "--log-format", "json"],
      env: { ...cleanEnvironment(), ...env },
      logFile: join(options.folder, `${name}.log`),
      httpUrl: `http://${http}`,
      pollInterval,
    });
    cleanUp.add(() => process_.close());
    process_.start();
    await process_.ready(signal);
    return process_;
  };

  // From the end of the pipeline on: without a spool a broker drops what nobody has subscribed to.
  const store = await start(
    "store",
    ["--broker", cloud.url, "--client-id", "drill-store", ...target.store.args],
    {
      env: target.store.env,
    },
  );
  const ids = ["--from-client-id", "drill-forward", "--to-client-id", "drill-forward"];
  const forward = await start("forward", ["--from", from, "--to", to, ...ids], {
    host: network.forwardHost,
    prefix: network.prefix,
  });
  const spool = options.spool ? ["--spool", disk.folder] : [];
  const site = ["--broker", edge.url, "--client-id", "drill-detect", ...spool];
  const detect = await start("detect", [...site, ...options.camera], { pollInterval: 200 });
  return {
    detect,
    forward,
    store,
    edge,
    cloud,
    victims: { detect, edge: victim(edge), forward, cloud: victim(cloud), store },
    cable: network.cable,
    uplink,
    s3: target.s3,
    disk: options.spool ? disk : { ...disk, ballast: undefined },
    drain: [process.execPath, binary, "detect", ...site, "--drain", "--log-format", "json"],
  };
}

/** The edge broker's port on the side of the site. */
const sitePort = 1883;

function victim(broker: Mosquitto): Victim {
  return {
    kill: () => broker.kill(),
    start: () => broker.restart(),
    pause: () => broker.pause(),
    resume: () => broker.resume(),
  };
}
