import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { emptyFolder } from "../support/folder.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { Ear } from "./client.ts";
import { facepipe } from "./program.ts";

const skip = mosquittoMissing() ?? false;

async function broker(t: TestContext): Promise<Mosquitto> {
  const mosquitto = await startMosquitto();
  t.after(() => mosquitto.stop());
  return mosquitto;
}

test("with --after nothing is lost, though the line starts at its beginning", { skip }, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const faces = emptyFolder(t);
  const atEdge = await Ear.at(t, edge.url, "faces/#");
  const inCloud = await Ear.at(t, cloud.url, "faces/#");

  const camera = ["--camera", "synthetic:seconds=1,pace=off", "--detector", "haar"];
  const detect = facepipe(t, ["detect", ...camera, "--broker", edge.url, "--after", "forward"]);
  await detect.logged(/waiting until a forward has been at mqtt:/);
  assert.equal(atEdge.heard.length, 0);
  const forward = facepipe(t, ["forward", "--from", edge.url, "--to", cloud.url, "--after", "store"]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null });
  await forward.logged(/waiting until a store has been at mqtt:/);
  assert.equal(inCloud.heard.length, 0);
  assert.ok(atEdge.heard.length >= 28);

  const store = facepipe(t, ["store", "--broker", cloud.url, "--to", pathToFileURL(faces).href]);
  const pictures = async () =>
    (await readdir(faces, { recursive: true })).filter((path) => path.endsWith(".png"));
  while ((await pictures()).length < atEdge.heard.length) await delay(50);
  assert.deepEqual(await store.stop(), { code: 0, signal: null });
});

test("who has been there once is not waited for, and one who waits can be stopped", { skip }, async (t) => {
  const [edge, cloud] = [await broker(t), await broker(t)];
  const faces = emptyFolder(t);
  const args = ["forward", "--from", edge.url, "--to", cloud.url, "--after"];
  // Its own presence is not what it waits for.
  const alone = facepipe(t, [...args, "forward"]);
  await alone.logged(/waiting until a forward has been/);
  assert.deepEqual(await alone.stop(), { code: 0, signal: null });

  const store = facepipe(t, ["store", "--broker", cloud.url, "--to", pathToFileURL(faces).href]);
  await store.logged(/storing/);
  await store.kill();
  const forward = facepipe(t, [...args, "store"]);
  await forward.logged(/forwarding/);
  assert.doesNotMatch(forward.err, /waiting until/);
});
