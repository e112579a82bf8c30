import assert from "node:assert/strict";
import { test } from "node:test";
import { Sender } from "../../../bench/scale/sender.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { roomyBroker, storeTo } from "./fixture.ts";

const cameras = 2;
const perCamera = 200;

test("of four stores of a group one is killed and stays away: every face is stored once", {
  skip: mosquittoMissing() ?? false,
}, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  // The slower they write, the more waits for the one that is killed.
  const options = ["--share", "stores", "--concurrency", "4"];
  const stores = await Promise.all(
    [0, 1, 2, 3].map((id) => storeTo(t, broker, folder, {}, ...options, "--client-id", `store-${id}`)),
  );
  const [victim, ...others] = stores;
  assert.ok(victim);
  const sender = await Sender.connect(broker.url, { cameras, window: 100, repeatAfter: 1000 });
  t.after(() => sender.close());
  sender.send(perCamera);
  await victim.eventTimes("object_written", 20);
  await victim.kill();
  assert.ok(sender.confirmed < cameras * perCamera, "it was killed while there were faces to store");
  await sender.untilConfirmed(cameras * perCamera);
  assert.ok(sender.resent > 0, "the broker assigned no face to the killed store");
  await sender.endEpochs();
  for (const store of others) {
    assert.ok(store.events("object_written").length > 0);
    assert.deepEqual(await store.stop(), { code: 0, signal: null });
  }

  const { code, stdout } = await facepipe(t, ["audit", "--from", folder, "--json"]);
  const { epochs, ...totals } = JSON.parse(stdout);
  assert.deepEqual(totals, { complete: true, missing: 0, doubled: 0, rejected: 0, foreign: 0 });
  assert.equal(code, 0);
  const found = epochs.map(({ stored, ended }: { stored: number; ended: boolean }) => [stored, ended]);
  assert.deepEqual(found, Array(cameras).fill([perCamera, true]));
});
