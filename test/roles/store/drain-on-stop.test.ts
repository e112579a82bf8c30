import assert from "node:assert/strict";
import { test } from "node:test";
import { faceMessages } from "../../pipeline/faces.ts";
import { objectsInFolder, sorted } from "../../pipeline/objects.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("with --drain-on-stop a store of a group stores what the broker has queued for it, and the others get the rest", {
  skip,
}, async (t) => {
  const broker = await roomyBroker(t);
  const folder = emptyFolder(t);
  // One object at a time, so that many are queued in the broker when it is stopped.
  const start = (id: string) =>
    storeTo(
      t,
      broker,
      folder,
      {},
      "--share",
      "g",
      "--drain-on-stop",
      "--client-id",
      id,
      "--concurrency",
      "1",
    );
  const [first, second] = [await start("one"), await start("two")];
  const faces = faceMessages(600);
  await publishFaces(t, broker, faces.slice(0, 300));
  const [ended] = await Promise.all([second.stop(), publishFaces(t, broker, faces.slice(300, 450))]);
  assert.deepEqual(ended, { code: 0, signal: null });
  await second.event("drained");
  await publishFaces(t, broker, faces.slice(450));
  // Only the first is left; had the second stayed a member, half of the last faces would be queued for it.
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  assert.deepEqual(sorted((await objectsInFolder(folder)).values()), sorted(faces));
});

test("--drain-on-stop without --share is wrong usage", async (t) => {
  const { stderr } = await facepipe(t, ["store", "--to", emptyFolder(t), "--drain-on-stop"]);
  assert.match(stderr, /--drain-on-stop needs --share/);
});
