import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { decodeMessage } from "../../../src/face/message.ts";
import { Subscriber } from "../../pipeline/client.ts";
import { facepipe, startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";

const skip = mosquittoMissing() ?? false;
const camera = ["--camera", "synthetic:size=320x240,fps=10", "--name", "Tür 1", "--detector", "haar"];

for (const protocol of ["5", "3.1.1"])
  for (const withSpool of [false, true])
    test(`--events: the facts of each picture, once, with MQTT ${protocol}${withSpool ? " and a spool" : ""}`, {
      skip,
    }, async (t) => {
      const broker = await startMosquitto({ maxQueued: 0 });
      t.after(() => broker.stop());
      const events = await Subscriber.at(t, broker.url, "facepipe/events/#");
      const pictures = await Subscriber.at(t, broker.url, "faces/#");
      const spool = withSpool ? ["--spool", join(emptyFolder(t), "spool"), "--spool-until", "broker"] : [];
      const args = ["--broker", broker.url, "--protocol", protocol, "--events", ...spool];
      const program = startFacepipe(t, ["detect", ...camera, ...args]);
      await events.until(5);
      assert.equal((await program.stop()).code, 0, program.stderr);
      await events.until(pictures.received.length);
      await pictures.until(events.received.length);
      assert.ok(pictures.received.length > 3);
      const facts = pictures.received.map(({ payload }) => {
        const decoded = decodeMessage(payload as Buffer);
        assert.ok(decoded.kind === "face");
        return decoded.facts;
      });
      const bySeq = (a: { readonly seq: number }, b: { readonly seq: number }) => a.seq - b.seq;
      const told = events.texts.map((text) => JSON.parse(text));
      assert.deepEqual(told.sort(bySeq), JSON.parse(JSON.stringify(facts.sort(bySeq))));
      assert.deepEqual(Object.keys(told[0].frame), ["width", "height", "index"]);
      for (const { topic, retain, qos } of events.received)
        assert.deepEqual([topic, retain, qos], ["facepipe/events/Tür 1", false, 1]);
    });

test("a broker that refuses events costs no picture, and is one warning", { skip }, async (t) => {
  const broker = await startMosquitto({
    maxQueued: 0,
    acl: [
      "topic readwrite faces/#",
      "topic readwrite facepipe/epochs/#",
      "topic readwrite facepipe/cameras/#",
    ],
  });
  t.after(() => broker.stop());
  const pictures = await Subscriber.at(t, broker.url, "faces/#");
  const program = startFacepipe(t, ["detect", ...camera, "--events", "--broker", broker.url]);
  await program.event("broker_feature_missing");
  const before = pictures.received.length;
  await pictures.until(before + 20);
  const { stderr } = program;
  assert.equal((await program.stop()).code, 0, stderr);
  const warnings = stderr.split("\n").filter((line) => line.includes("--events has no effect"));
  assert.equal(warnings.length, 1, stderr);
});

test("--events and --dry-run exclude each other", async (t) => {
  const { code, stderr } = await facepipe(t, ["detect", ...camera, "--dry-run", "--events"]);
  assert.equal(code, 3);
  assert.match(stderr, /--dry-run uses no broker, and so no --events/);
});
