import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { emptyFolder } from "../support/folder.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import type { MosquittoOptions } from "../support/mosquitto-config.ts";
import { clientAt, Ear, publishAll } from "./client.ts";
import { faceMessages, smallPng } from "./faces.ts";
import { facepipe } from "./program.ts";

const skip = mosquittoMissing() ?? false;

async function broker(t: TestContext, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const mosquitto = await startMosquitto(options);
  t.after(() => mosquitto.stop());
  return mosquitto;
}

/** Resolves when the folder has so many pictures. */
async function pictures(folder: string, count: number): Promise<void> {
  const paths = () => readdir(folder, { recursive: true });
  while ((await paths()).filter((path) => path.endsWith(".png")).length < count) await delay(50);
}

test("with --after nothing is lost, though the line starts at its beginning", { skip }, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const faces = emptyFolder(t);
  const atEdge = await Ear.at(t, edge.url, "faces/#");
  const inCloud = await Ear.at(t, cloud.url, "faces/#");

  const camera = ["--camera", "synthetic:seconds=1,pace=off", "--detector", "haar"];
  const detect = facepipe(t, ["detect", ...camera, "--broker", edge.url, "--after", "forward"]);
  await detect.logged(/waiting for a forward at mqtt:/);
  assert.equal(atEdge.heard.length, 0);
  const forward = facepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--after", "store"]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null });
  await forward.logged(/waiting for a store at mqtt:/);
  assert.equal(inCloud.heard.length, 0);
  assert.ok(atEdge.heard.length >= 28);

  const store = facepipe(t, ["store", "--broker", cloud.url, "--to", pathToFileURL(faces).href]);
  await pictures(faces, atEdge.heard.length);
  assert.deepEqual(await store.stop(), { code: 0, signal: null });
});

test("who has been there once is not waited for, and one who waits can be stopped", { skip }, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const faces = emptyFolder(t);
  const args = ["forward", "--from", edge.url, "--to", cloud.url, "--after"];
  // Its own presence is not what it waits for.
  const alone = facepipe(t, [...args, "forward"]);
  await alone.logged(/waiting for a forward at/);
  assert.deepEqual(await alone.stop(), { code: 0, signal: null });

  const store = facepipe(t, ["store", "--broker", cloud.url, "--to", pathToFileURL(faces).href]);
  await store.logged(/storing/);
  await store.kill();
  const forward = facepipe(t, [...args, "store"]);
  await forward.logged(/forwarding/);
  assert.doesNotMatch(forward.err, /waiting for/);
});

test("a broker that restarts forgets the stores of a group: forward waits until one is back", {
  skip,
}, async (t) => {
  // Saved at each change, so that it loses no message itself.
  const cloud = await broker(t, {
    persistence: true,
    lines: ["autosave_on_changes true", "autosave_interval 1"],
  });
  const edge = await broker(t);
  const faces = emptyFolder(t);
  const to = ["--to", pathToFileURL(faces).href];
  const store = facepipe(t, ["store", "--broker", cloud.url, ...to, "--share", "stores"]);
  await store.logged(/storing/);
  const forward = facepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--after", "store"]);
  await forward.logged(/forwarding/);
  // Who listens besides, as log does: the broker thinks that there is a subscriber.
  const ear = await Ear.at(t, cloud.url, "faces/#");
  const publisher = await clientAt(t, edge.url);
  const messages = faceMessages(3);
  const publishNext = () => publishAll(publisher, [["faces/cam0", messages.shift() ?? ""]]);
  await publishNext();
  await ear.until(1);

  for (const crash of [false, true]) {
    const from = forward.err.length;
    store.signal("SIGSTOP");
    if (crash) await cloud.kill();
    await cloud.restart();
    await forward.logged(/waiting for a store at mqtt:/, from);
    await publishNext();
    store.signal("SIGCONT");
    await forward.logged(/connected to/, from);
  }
  // No object is made of presence, but of all else that comes there.
  await publishAll(await clientAt(t, cloud.url), [["facepipe/status/somebody", smallPng(1)]]);
  await pictures(faces, 4);
  assert.deepEqual((await readdir(faces)).filter((name) => !name.startsWith(".")).sort(), [
    "cam0",
    "foreign",
  ]);
});
