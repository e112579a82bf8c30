import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { type Side, startBroker, startContainer } from "./pipeline.ts";
import { filledManifests, kubectlMissing, renderOverlay } from "./render.ts";

const skip = kubectlMissing() ?? mosquittoMissing();

const edgeBroker = "mqtt://mosquitto:1883";
const cloudBroker = "mqtts://mosquitto:8883";

/** Both sides with their brokers, configured as in the manifests. */
async function startBrokers(t: TestContext, folder: string): Promise<{ edge: Side; cloud: Side }> {
  const manifests = await filledManifests(t, ["localhost"]);
  const cloudObjects = await renderOverlay("cloud", {
    manifests,
    config: { FACEPIPE_TO: pathToFileURL(folder).href },
  });
  const cloudAddress = `mqtts://localhost:${await startBroker(t, { objects: cloudObjects, addresses: {} })}`;
  const edgeObjects = await renderOverlay("edge", {
    manifests,
    settings: { "detect.emit": "all", "detect.limit": 5, "forward.to": cloudAddress },
  });
  const edgeAddress = `mqtt://localhost:${await startBroker(t, { objects: edgeObjects, addresses: {} })}`;
  return {
    cloud: { objects: cloudObjects, addresses: { [cloudBroker]: cloudAddress } },
    edge: { objects: edgeObjects, addresses: { [edgeBroker]: edgeAddress } },
  };
}

/** The initContainers that run broker-check: side, workload, name. detect spools from its start, and waits for nothing. */
function checks(edge: Side, cloud: Side): [Side, string, string][] {
  return [
    [cloud, "store", "broker"],
    [cloud, "log", "broker"],
    [edge, "log", "broker"],
    [edge, "forward", "broker"],
  ];
}

test("with the manifests' settings every role can log in at its brokers", { skip }, async (t) => {
  const { edge, cloud } = await startBrokers(t, emptyFolder(t));
  for (const [side, workload, name] of checks(edge, cloud)) {
    const check = await startContainer(t, side, workload, name);
    assert.equal((await check.ended).code, 0, `${workload} ${name}: ${check.stderr}`);
  }
});

test("with the manifests' settings faces get from detect to the store, and their receipts back", {
  skip,
}, async (t) => {
  const folder = emptyFolder(t);
  const { edge, cloud } = await startBrokers(t, folder);

  const store = await startContainer(t, cloud, "store");
  const log = await startContainer(t, cloud, "log");
  const forward = await startContainer(t, edge, "forward");
  await Promise.all([store.event("storing"), log.event("connected"), forward.event("forwarding")]);
  const detect = await startContainer(t, edge, "detect");
  assert.equal((await detect.ended).code, 0, detect.stderr);

  await log.printed(/(site-a-camera-1.*\n.*){5}/);
  for (const role of [forward, store]) {
    assert.equal((await role.stop()).code, 0, role.stderr);
    assert.doesNotMatch(role.stderr, /"level":"(warn|error)"/);
  }
  const faces = readdirSync(join(folder, "site-a-camera-1"), { recursive: true });
  assert.equal(faces.filter((name) => String(name).endsWith(".png")).length, 5);
});

test("no role has permissions at a broker that it does not need", { skip }, async (t) => {
  const { edge, cloud } = await startBrokers(t, emptyFolder(t));
  // broker-check both publishes and subscribes there, and no role needs both.
  const both = ["--topic", "faces/#", "--wait", "0", "--connect-timeout", "2"];
  for (const [side, workload, name] of checks(edge, cloud)) {
    const check = await startContainer(t, side, workload, name, both);
    assert.equal((await check.ended).code, 1, `${workload} ${name}`);
    assert.match(check.stderr, /access rules \(ACL\)|not authorized/i, `${workload} ${name}`);
  }
  const unknownUser = await startContainer(t, edge, "log", "broker", ["--username", "nobody", "--wait", "0"]);
  assert.equal((await unknownUser.ended).code, 1);
});
