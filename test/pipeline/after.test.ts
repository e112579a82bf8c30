import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Program, startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";
import { clientAt, publishAll, Subscriber } from "./client.ts";
import { faceMessages, smallPng } from "./faces.ts";
import { objectsInFolder, untilStored } from "./objects.ts";

const skip = mosquittoMissing() ?? false;

async function broker(t: TestContext, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(options);
  t.after(() => mosquitto.stop());
  return mosquitto;
}

/** A store into this folder; it logs each object. */
function storeInto(t: TestContext, { url }: Mosquitto, folder: string, ...more: string[]): Program {
  const to = ["--to", pathToFileURL(folder).href, "--log-level", "debug"];
  return startFacepipe(t, ["store", "--broker", url, ...to, ...more]);
}

test("with --after nothing is lost, though the roles start before those they send to", {
  skip,
}, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const faces = emptyFolder(t);
  const atEdge = await Subscriber.at(t, edge.url, "faces/#");
  const inCloud = await Subscriber.at(t, cloud.url, "faces/#");

  const camera = ["--camera", "synthetic:seconds=1,pace=off", "--detector", "haar"];
  const detect = startFacepipe(t, ["detect", ...camera, "--broker", edge.url, "--after", "forward"]);
  await detect.event("waiting_for_role", { msg: /a forward at mqtt:/ });
  assert.equal(atEdge.received.length, 0);
  const forward = startFacepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--after", "store"]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null });
  await forward.event("waiting_for_role", { msg: /a store at mqtt:/ });
  assert.equal(inCloud.received.length, 0);
  assert.ok(atEdge.received.length >= 28);

  const store = storeInto(t, cloud, faces);
  await untilStored(atEdge.received.length, store);
  assert.deepEqual(await store.stop(), { code: 0, signal: null });
  assert.equal((await objectsInFolder(faces)).size, atEdge.received.length);
});

test("a role that has been there once is not waited for, and a role that waits can be stopped", {
  skip,
}, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const args = ["forward", "--from", edge.url, "--to", cloud.url, "--after"];
  // Its own presence is not what it waits for.
  const alone = startFacepipe(t, [...args, "forward"]);
  await alone.event("waiting_for_role", { msg: /a forward at/ });
  assert.deepEqual(await alone.stop(), { code: 0, signal: null });

  const store = storeInto(t, cloud, emptyFolder(t));
  await store.event("storing");
  await store.kill();
  const forward = startFacepipe(t, [...args, "store"]);
  await forward.event("forwarding");
  assert.deepEqual(forward.events("waiting_for_role"), []);
});

test("a broker that restarts forgets the subscription of a group: forward waits until a store is back", {
  skip,
}, async (t) => {
  // Saved at each change, so that it loses no message itself.
  const cloud = await broker(t, {
    persistence: true,
    lines: ["autosave_on_changes true", "autosave_interval 1"],
  });
  const edge = await broker(t);
  const faces = emptyFolder(t);
  const store = storeInto(t, cloud, faces, "--share", "stores");
  await store.event("storing");
  const forward = startFacepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--after", "store"]);
  await forward.event("forwarding");
  // Another subscriber, as log is: for the broker the topic has one all the time.
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  const publisher = await clientAt(t, edge.url);
  const messages = faceMessages(3);
  const publishNext = () => publishAll(publisher, [["faces/cam0", messages.shift() ?? ""]]);
  await publishNext();
  await subscriber.until(1);

  for (const crash of [false, true]) {
    const from = forward.log.length;
    store.signal("SIGSTOP");
    if (crash) await cloud.kill();
    await cloud.restart();
    await forward.event("waiting_for_role", { msg: /a store at mqtt:/ }, from);
    await publishNext();
    store.signal("SIGCONT");
    await forward.event("connected", {}, from);
  }
  // Presence is not stored; every other message on its topics is.
  await publishAll(await clientAt(t, cloud.url), [["facepipe/status/somebody", smallPng(1)]]);
  await untilStored(4, store);
  assert.deepEqual((await readdir(faces)).filter((name) => !name.startsWith(".")).sort(), [
    "cam0",
    "foreign",
  ]);
});
