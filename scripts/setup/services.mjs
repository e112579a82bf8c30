import { existsSync } from "node:fs";
import { report } from "./report.mjs";
import { output, runLogged } from "./run.mjs";

/** The services that Debian starts, now and at each boot, when it installs a server for the tests. */
const services = {
  mosquitto: ["mosquitto.service"],
  "nats-server": ["nats-server.service"],
  // epmd comes with Erlang.
  "rabbitmq-server": ["rabbitmq-server.service", "epmd.service", "epmd.socket"],
};

/** The services that installing `packages` will enable; without those that are enabled already, and none without systemd. */
export function newServices(packages) {
  if (output("systemctl", ["--version"]) === undefined) return [];
  const units = packages.flatMap((name) => services[name] ?? []);
  return units.filter((unit) => output("systemctl", ["is-enabled", unit]) === undefined);
}

/**
 * Stops and disables services, which were installed just now: the tests start servers of their own, on free ports.
 * `asRoot`: the command prefix for root.
 */
export async function disableServices(units, asRoot) {
  if (units.length === 0) return;
  // In a container, where systemd does not run, nothing was started.
  const now = existsSync("/run/systemd/system") ? ["--now"] : [];
  const [command, ...args] = [...asRoot, "systemctl", "disable", ...now, ...units];
  await runLogged("services", command, args, `Run it yourself: systemctl disable --now ${units.join(" ")}`);
  report("system packages", `disabled ${units.join(" ")}: facepipe's tests start servers of their own`);
}
