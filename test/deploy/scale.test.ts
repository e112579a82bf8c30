import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { MqttClient } from "mqtt";
import { clientAt } from "../pipeline/client.ts";
import { faceMessages } from "../pipeline/faces.ts";
import { objectsInFolder, sorted, untilStored } from "../pipeline/objects.ts";
import type { Program } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { untilMetrics } from "../support/metrics.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { type Side, startBroker, startContainer } from "./pipeline.ts";
import { type Pod, podsOf } from "./pods.ts";
import { filledManifests, kubectlMissing, renderOverlay } from "./render.ts";
import { renderAllOverlays } from "./rendered-overlays.ts";
import { environmentOf } from "./settings.ts";

const skip = kubectlMissing() ?? mosquittoMissing();
const rendered = renderAllOverlays();

/** cloud-keda with its broker, configured as in the manifests, with stores that write one object at a time to a folder. */
async function startCloud(t: TestContext) {
  const [folder, manifests] = [emptyFolder(t), await filledManifests(t, ["localhost"])];
  const config = {
    FACEPIPE_TO: pathToFileURL(folder).href,
    FACEPIPE_CONCURRENCY: "1",
    FACEPIPE_LOG_LEVEL: "debug",
  };
  const objects = await renderOverlay("cloud-keda", { manifests, config });
  const url = `mqtts://localhost:${await startBroker(t, { objects, addresses: {} })}`;
  const side: Side = { objects, addresses: { "mqtts://mosquitto:8883": url } };
  const secret = (name: string) => readFile(join(manifests, "secrets", name), "utf8");
  /** A client with this user's password. */
  const as = async (username: string) =>
    clientAt(t, url, {
      username,
      password: (await secret(`cloud-${username}.password`)).trim(),
      ca: await secret("ca.crt"),
    });
  /** Starts the pod's store; resolves when it stores. */
  const start = async (pod: string, ...more: string[]) => {
    const id = ["--client-id", `facepipe-store-${pod}`];
    const role = await startContainer(t, side, pod.replace(/-\d+$/, ""), "store", [...id, ...more]);
    await role.event("storing");
    return role;
  };
  return { folder, objects, as, start };
}

async function stop(role: Program): Promise<void> {
  assert.equal((await role.stop()).code, 0, role.stderr);
}

async function publish(client: MqttClient, payloads: readonly Buffer[]): Promise<void> {
  await Promise.all(payloads.map((payload) => client.publishAsync("faces/cam0", payload, { qos: 1 })));
}

/** Waits until these faces are stored, and asserts that nothing else is; some of `stores` still run. */
async function allStored(folder: string, faces: readonly Buffer[], ...stores: Program[]): Promise<void> {
  await untilStored(faces.length, ...stores);
  assert.deepEqual(sorted((await objectsInFolder(folder)).values()), sorted(faces));
}

test("a store that is scaled down leaves no messages, and the remaining ones receive the rest", {
  skip,
}, async (t) => {
  const { folder, as, start } = await startCloud(t);
  const [store, ...extra] = [
    await start("store-0"),
    await start("store-extra-0"),
    await start("store-extra-1"),
  ];
  const [faces, forward] = [faceMessages(600), await as("forward")];
  await publish(forward, faces.slice(0, 300));
  await Promise.all([...extra.map(stop), publish(forward, faces.slice(300, 450))]);
  for (const each of extra) assert.equal(each.events("drained").length, 1);
  await publish(forward, faces.slice(450));
  await allStored(folder, faces, ...extra, store);
});

test("the queue of a killed store is stored when it restarts, or by the documented command", {
  skip,
}, async (t) => {
  const { folder, as, start } = await startCloud(t);
  const [store, one, two] = [
    await start("store-0"),
    await start("store-extra-0"),
    await start("store-extra-1"),
  ];
  for (const role of [one, two]) await role.kill();
  const [faces, forward] = [faceMessages(300), await as("forward")];
  await publish(forward, faces.slice(0, 200));
  const restarted = await start("store-extra-0");
  await stop(restarted);
  assert.ok(restarted.events("object_written").length > 0);
  // `kubectl exec store-0 -- timeout 30 facepipe store ...` of docs/kubernetes.md: the environment is store's.
  const command = /exec store-0 -- timeout 30 facepipe store (.*) --client-id facepipe-store-NAME$/m;
  const page = (await readFile("docs/kubernetes.md", "utf8")).replace(/ \\\n\s*/g, " ");
  const [, args = ""] = command.exec(page) ?? [];
  assert.match(args, /--drain-on-stop/);
  const replacement = await start(
    "store-1",
    ...args.split(" "),
    "--client-id",
    "facepipe-store-store-extra-1",
  );
  await stop(replacement);
  assert.ok(replacement.events("object_written").length > 0);
  await publish(forward, faces.slice(200));
  await allStored(folder, faces, restarted, replacement, store);
});

test("the metric that KEDA reads is among store's metrics, and store has permission to read it at the broker", {
  skip,
}, async (t) => {
  const { objects, start } = await startCloud(t);
  const store = await start("store-0", "--http", "127.0.0.1:0");
  const scaler = objects.find(({ kind }) => kind === "ScaledObject");
  const [, name] = /"valueLocation":"(\w+)"/.exec(JSON.stringify(scaler)) ?? [];
  await untilMetrics(await store.httpUrl(), new RegExp(`^${name} [1-9]\\d*$`, "m"));
});

test("a store that can be scaled drains on stop, and others do not", { skip }, () => {
  for (const [name, objects] of [...rendered].filter(([name]) => name.startsWith("cloud"))) {
    const stores = podsOf(objects).filter(({ labels }) => labels["app.kubernetes.io/name"] === "store");
    const drains = (store: Pod) =>
      store.spec.containers.some(
        (each) => environmentOf(each, store, objects)["FACEPIPE_DRAIN_ON_STOP"] === "true",
      );
    const permanent = stores.filter((store) => !drains(store)).map(({ owner }) => owner);
    assert.deepEqual(
      permanent.map(({ metadata, spec }) => [metadata.name, (spec as { replicas: number }).replicas]),
      [["store", name === "cloud-directory" ? 1 : 2]],
      name,
    );
    const scaled = objects.filter(({ kind }) => kind === "ScaledObject");
    for (const { spec } of scaled) {
      const { scaleTargetRef } = spec as { scaleTargetRef: { name: string } };
      assert.ok(
        stores.some((store) => store.owner.metadata.name === scaleTargetRef.name && drains(store)),
        name,
      );
    }
  }
});
