import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { epochTag, readFaceId } from "../../../../src/face/face-id.ts";
import { type Exit, facepipe, type Program, startFacepipe } from "../../../support/facepipe.ts";
import { emptyFolder } from "../../../support/folder.ts";
import { untilMetrics } from "../../../support/metrics.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../../support/mosquitto.ts";
import { Receiver } from "./receiver.ts";

const skip = mosquittoMissing() ?? false;

async function edgeBroker(t: TestContext, options = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  t.after(() => broker.stop());
  return broker;
}

/** Arguments of a detect with a spool; the scene has one face in each of its frames. */
function detectArgs(broker: Mosquitto, spool: string, scene: string, ...more: string[]): string[] {
  const camera = `synthetic:faces=1,size=160x120,fps=20,${scene}`;
  const common = ["--camera", camera, "--name", "cam0", "--every-frame", "--detector", "haar"];
  return ["detect", ...common, "--broker", broker.url, "--spool", spool, ...more];
}

function drainArgs(broker: Mosquitto, spool: string): string[] {
  return ["detect", "--drain", "--spool", spool, "--broker", broker.url];
}

async function ended(program: Program): Promise<Exit> {
  return program.ended;
}

const oneToLast = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test("a recording's detect ends with 0 when each face is confirmed, and its epoch's record is stored", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  const receiver = await Receiver.at(t, broker.url);
  const { code, stderr } = await facepipe(
    t,
    detectArgs(broker, join(emptyFolder(t), "spool"), "seconds=2,pace=off"),
  );
  assert.equal(code, 0, stderr);
  const { seqs, faces, records } = receiver;
  assert.ok(seqs.length > 20, `${seqs.length} faces`);
  assert.deepEqual(seqs, oneToLast(seqs.length));
  const [record] = records;
  assert.deepEqual([record?.first, record?.last, record?.dropped], [1, seqs.length, []]);
  for (const { facts } of faces) {
    assert.equal(facts.epoch, record?.epoch);
    const { tag, seq, capturedAt } = readFaceId(facts.id) ?? {};
    assert.deepEqual([tag, seq], [epochTag(facts.epoch), facts.seq]);
    assert.equal(capturedAt, Date.parse(facts.capturedAt));
  }
});

test("what is unconfirmed at SIGTERM is on disk; --drain sends it, oldest first, and ends the epoch", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  const spool = join(emptyFolder(t), "spool");
  const receiver = await Receiver.at(t, broker.url, ({ facts }) => (facts.seq <= 3 ? "stored" : "nothing"));
  const detect = startFacepipe(t, detectArgs(broker, spool, "seed=2", "--http", "127.0.0.1:0"));
  await untilMetrics(await detect.httpUrl(), /^facepipe_spooled_total\{camera="cam0"\} [2-9]\d/m);
  await receiver.until(() => receiver.seqs.includes(10));
  assert.equal((await detect.stop()).code, 0, detect.stderr);
  await detect.event("spool_kept");
  const before = new Set(receiver.seqs);
  assert.equal(receiver.records.length, 0);

  receiver.answer = () => "stored";
  receiver.faces.length = 0;
  const { code, stderr } = await facepipe(t, drainArgs(broker, spool));
  assert.equal(code, 0, stderr);
  const { last = 0 } = receiver.records[0] ?? {};
  assert.ok(last >= Math.max(...before));
  assert.deepEqual(receiver.seqs, oneToLast(last).slice(3));
});

test("a face that was overtaken and not confirmed is sent again, and only that one", { skip }, async (t) => {
  const broker = await edgeBroker(t);
  let refusals = 1;
  const receiver = await Receiver.at(t, broker.url, ({ facts }) =>
    facts.seq === 5 && refusals-- > 0 ? "nothing" : "stored",
  );
  const args = detectArgs(broker, join(emptyFolder(t), "spool"), "seconds=2,pace=off");
  const detect = startFacepipe(t, [...args, "--http", "127.0.0.1:0"]);
  const { code } = await ended(detect);
  assert.equal(code, 0, detect.stderr);
  const { last = 0 } = receiver.records[0] ?? {};
  assert.deepEqual(receiver.seqs, [...oneToLast(last), 5]);
});

test("a face that is refused on its way is dropped, recorded, and makes detect end with 1", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  const receiver = await Receiver.at(t, broker.url, ({ facts }) =>
    facts.seq === 4 ? { refused: "conflict" } : "stored",
  );
  const args = detectArgs(broker, join(emptyFolder(t), "spool"), "seconds=1,pace=off");
  const { code, stderr } = await facepipe(t, args);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /FACES_DROPPED/);
  assert.deepEqual(receiver.records[0]?.dropped, [{ reason: "conflict", ranges: [[4, 4]] }]);
});

test("a second detect on one spool is told so and ends with 1", { skip }, async (t) => {
  const broker = await edgeBroker(t);
  const spool = join(emptyFolder(t), "spool");
  const receiver = await Receiver.at(t, broker.url);
  startFacepipe(t, detectArgs(broker, spool, "seed=3"));
  await receiver.until(() => receiver.seqs.length > 2);
  const { code, stderr } = await facepipe(t, [
    ...detectArgs(broker, spool, "seed=4"),
    "--client-id",
    "other",
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /SPOOL_IN_USE/);
});

test("with --spool-until broker a face leaves the spool when the broker has acknowledged it", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  const receiver = await Receiver.at(t, broker.url, () => "nothing");
  const args = detectArgs(
    broker,
    join(emptyFolder(t), "spool"),
    "seconds=1,pace=off",
    "--spool-until",
    "broker",
  );
  const { code, stderr } = await facepipe(t, args);
  assert.equal(code, 0, stderr);
  await receiver.until(() => receiver.records.length === 1);
  assert.deepEqual(receiver.seqs, oneToLast(receiver.records[0]?.last ?? 0));
});

test("a camera's detect starts without its broker, and a broker that comes gets what was spooled", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  await broker.kill();
  const detect = startFacepipe(
    t,
    detectArgs(broker, join(emptyFolder(t), "spool"), "seed=5", "--http", "127.0.0.1:0"),
  );
  await untilMetrics(await detect.httpUrl(), /^facepipe_spool_faces [1-9]\d/m);
  await broker.restart();
  const receiver = await Receiver.at(t, broker.url);
  await receiver.until(() => receiver.seqs.length > 30);
  assert.equal((await detect.stop()).code, 0);
});

test("a recording's detect ends with 2 when its broker cannot be reached, and the faces wait in the spool", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  await broker.kill();
  const spool = join(emptyFolder(t), "spool");
  const args = detectArgs(broker, spool, "seconds=1,pace=off", "--connect-timeout", "1");
  const { code, stderr } = await facepipe(t, args);
  assert.equal(code, 2, stderr);
  await broker.restart();
  const receiver = await Receiver.at(t, broker.url);
  assert.equal((await facepipe(t, drainArgs(broker, spool))).code, 0);
  assert.deepEqual(receiver.seqs, oneToLast(receiver.records[0]?.last ?? 0));
});

test("a face that is larger than the broker allows is sent with a smaller picture", { skip }, async (t) => {
  const broker = await edgeBroker(t, { lines: ["max_packet_size 4000"] });
  const receiver = await Receiver.at(t, broker.url);
  const camera = "synthetic:faces=1,size=640x480,fps=10,seconds=1,pace=off";
  const args = ["detect", "--camera", camera, "--every-frame", "--detector", "haar", "--color"];
  const spool = join(emptyFolder(t), "spool");
  const { code, stderr } = await facepipe(t, [...args, "--broker", broker.url, "--spool", spool]);
  assert.equal(code, 0, stderr);
  assert.ok(receiver.faces.length > 0);
  for (const { facts, payload } of receiver.faces) {
    assert.ok(payload.length < 4000);
    assert.ok((facts.reduced?.bytes ?? 0) > 4000);
  }
});

test("no receipt although the broker acknowledges faces: it is said once, with what to do", {
  skip,
}, async (t) => {
  const broker = await edgeBroker(t);
  const receiver = await Receiver.at(t, broker.url, () => "nothing");
  const detect = startFacepipe(t, detectArgs(broker, join(emptyFolder(t), "spool"), "seed=6"));
  const { msg } = await detect.event("receipts_missing");
  assert.match(msg, /--spool-until broker/);
  assert.ok(receiver.seqs.length >= 50);
});

test("a camera whose topic the broker refuses does not hold the others, and its faces wait", {
  skip,
}, async (t) => {
  const acl = ["topic readwrite facepipe/#", "topic write faces/open", "topic read faces/#"];
  const broker = await edgeBroker(t, { acl });
  const receiver = await Receiver.at(t, broker.url);
  const camera = "synthetic:faces=1,size=160x120,fps=20";
  const cameras = ["--camera", camera, "--name", "denied", "--camera", `${camera},seed=9`, "--name", "open"];
  const spool = join(emptyFolder(t), "spool");
  const args = ["--every-frame", "--detector", "haar", "--broker", broker.url, "--spool", spool];
  const detect = startFacepipe(t, ["detect", ...cameras, ...args, "--http", "127.0.0.1:0"]);
  await receiver.until(() => receiver.seqs.length > 100);
  await untilMetrics(await detect.httpUrl(), /^facepipe_unconfirmed_faces\{camera="denied"\} [1-9]\d/m);
  assert.equal((await detect.stop()).code, 0, detect.stderr);
  assert.deepEqual(new Set(receiver.faces.map(({ facts }) => facts.camera)), new Set(["open"]));
});
