import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { spawnWithUs } from "../support/commands.ts";
import { emptyFolder } from "../support/folder.ts";
import { freePort } from "../support/ports.ts";
import { composeFolder } from "./project.ts";
import { makeSecrets } from "./secrets.ts";

/** A folder with what a broker's container has below /: configuration, secrets, data, /tmp. */
export interface ScratchBroker {
  readonly root: string;
  readonly port: number;
  /** Starts the broker as its container does; resolves when it accepts connections, with a function that stops it. */
  start(): Promise<() => Promise<void>>;
}

/** The broker of a Compose file without its container: the same files and command, with other paths and ports. */
export async function scratchBroker(t: TestContext, side: "edge" | "cloud"): Promise<ScratchBroker> {
  const root = emptyFolder(t);
  const port = await freePort();
  const config = join(root, "mosquitto", "config");
  for (const folder of [config, join(root, "mosquitto", "data"), join(root, "tmp")])
    mkdirSync(folder, { recursive: true });
  await makeSecrets(join(root, "run", "secrets"), ["localhost"]);
  const sources = { "start.sh": "start.sh", [`${side}.conf`]: "mosquitto.conf", [`${side}.acl`]: "acl" };
  for (const name of readdirSync(join(composeFolder, "mosquitto")).filter((each) => each in sources)) {
    const text = readFileSync(join(composeFolder, "mosquitto", name), "utf8")
      .replace(/(?<=[\s"=:>])\/(?=(run\/secrets|mosquitto|tmp)\/)/g, `${root}/`)
      // Mosquitto logs at this level that it is ready.
      .replace("log_type notice", "log_type notice\nlog_type information")
      // Started as root, Mosquitto would switch to the user `mosquitto`, which cannot write here.
      .replace(/^listener \d+/gm, `user ${userInfo().username}\nlistener ${port}`);
    writeFileSync(join(config, sources[name] ?? ""), text);
  }
  return { root, port, start: () => startBroker(t, config, port, side) };
}

async function startBroker(t: TestContext, config: string, port: number, side: string) {
  const child = spawnWithUs("sh", [join(config, "start.sh"), side]);
  t.after(() => child.kill("SIGKILL"));
  let log = "";
  const running = new RegExp(`listen socket on port ${port}[^]*running`);
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (running.test(log)) resolve();
    });
    child.once("close", () => reject(new Error(`the broker did not start: ${log}`)));
  });
  return () =>
    new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.kill("SIGTERM");
    });
}
