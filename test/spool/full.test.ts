import assert from "node:assert/strict";
import { test } from "node:test";
import { deferred } from "../../src/base/deferred.ts";
import { emptyFolder } from "../support/folder.ts";
import { Camera, type Opened, openSpool, picture, seqs, sizeOnDisk } from "./fixture.ts";

const maxBytes = 1024 * 1024;

function seqsOf(dropped: Opened["dropped"]): number[] {
  return dropped.map(({ seq }) => seq);
}

test("oldest: the oldest faces are dropped, and recorded", async (t) => {
  const directory = emptyFolder(t);
  const { spool, dropped } = await openSpool(t, directory, { maxBytes, full: "oldest" });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 1000; seq++) await camera.append(picture(seq));
  const gone = 1000 - spool.faces;
  assert.ok(spool.faces > 250 && gone > 0, `${spool.faces} faces`);
  assert.deepEqual(
    seqs(spool.oldest),
    Array.from({ length: spool.faces }, (_, at) => gone + 1 + at),
  );
  assert.deepEqual(
    seqsOf(dropped),
    Array.from({ length: gone }, (_, at) => at + 1),
  );
  assert.ok(sizeOnDisk(directory) <= maxBytes);
  await spool.close();

  const again = await openSpool(t, directory, { maxBytes, full: "oldest" });
  assert.deepEqual([...(again.spool.epochs[0]?.dropped.get("spool_full") ?? [])], [[1, gone]]);
  assert.equal(again.spool.faces, 1000 - gone);
  for (const face of again.spool.oldest) assert.deepEqual(await again.spool.read(face), picture(face.seq));
});

test("redundant: the best picture of each visit stays while another visit has two", async (t) => {
  const directory = emptyFolder(t);
  const { spool, dropped } = await openSpool(t, directory, { maxBytes, full: "redundant" });
  const camera = new Camera(spool);
  // Ten pictures of each visit, of which the fourth is the best.
  const quality = (at: number) => (at === 3 ? 0.9 : at / 20);
  for (let seq = 1; seq <= 1000; seq++) {
    const at = (seq - 1) % 10;
    await camera.append(picture(seq), { visit: String(Math.floor((seq - 1) / 10)), quality: quality(at) });
  }
  assert.ok(dropped.length > 600);
  assert.ok(!dropped.some(({ seq }) => seq % 10 === 4), "a best picture was dropped");
  const visits = new Map<string, number>();
  for (const { visit = "" } of spool.oldest) visits.set(visit, (visits.get(visit) ?? 0) + 1);
  assert.equal(visits.size, 100);
  // Oldest visits first: all of them that have one picture are before those with ten, one may be between.
  const counts = [...visits.values()];
  assert.ok(
    counts.slice(0, counts.lastIndexOf(1)).every((count) => count === 1),
    counts.join(),
  );
  // Of the visit between, the best remain.
  const partial = [...spool.oldest].filter(({ visit = "" }) => ![1, 10].includes(visits.get(visit) ?? 0));
  const best = [9, 8, 7, 6, 5, 4, 2, 1, 0].map(quality).slice(0, partial.length - 1);
  assert.deepEqual(
    partial.map((face) => face.quality).sort((a, b) => b - a),
    partial.length > 0 ? [0.9, ...best] : [],
  );
});

test("redundant: when no visit has two pictures, the oldest are dropped", async (t) => {
  const { spool, dropped } = await openSpool(t, emptyFolder(t), { maxBytes, full: "redundant" });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 500; seq++) {
    const facts = seq % 2 === 0 ? { visit: String(seq) } : {};
    await camera.append(picture(seq), facts);
  }
  assert.deepEqual(
    seqsOf(dropped),
    Array.from({ length: dropped.length }, (_, at) => at + 1),
  );
  assert.ok(dropped.length > 100);
});

test("redundant: a unique face stays while poorer pictures of a visit make room", async (t) => {
  const { spool, dropped } = await openSpool(t, emptyFolder(t), { maxBytes, full: "redundant" });
  const camera = new Camera(spool);
  // Eight pictures of one visit, then faces that are alone.
  for (let seq = 1; seq <= 8; seq++) await camera.append(picture(seq), { visit: "v", quality: seq / 10 });
  while (dropped.length === 0) await camera.append(picture(9));
  const [first] = spool.oldest;
  assert.equal(first?.seq, 8);
  assert.deepEqual(seqsOf(dropped), [1, 2, 3, 4, 5, 6, 7]);
});

test("faces in flight are dropped last", async (t) => {
  const { spool, dropped } = await openSpool(t, emptyFolder(t), { maxBytes, full: "oldest" });
  const camera = new Camera(spool);
  for (let seq = 1; seq <= 1000; seq++) {
    const face = await camera.append(picture(seq));
    if (face && seq <= 20) face.inFlight = true;
  }
  assert.ok(dropped.length > 500 && dropped.every(({ seq }) => seq > 20));
  for (const face of spool.oldest) face.inFlight = true;
  for (let seq = 1001; seq <= 1100; seq++) {
    const face = await camera.append(picture(seq));
    if (face) face.inFlight = true;
  }
  assert.ok(dropped.some(({ seq }) => seq <= 20));
});

test("stop: appends wait until faces are confirmed, and nothing is dropped", async (t) => {
  const directory = emptyFolder(t);
  let full = deferred();
  const onFull = () => full.resolve();
  const { spool, dropped } = await openSpool(t, directory, { maxBytes, full: "stop", onFull });
  const camera = new Camera(spool);
  let appended = 0;
  const count = 600;
  const all = Promise.all(
    Array.from({ length: count }, (_, at) => camera.append(picture(at + 1)).then(() => appended++)),
  );
  while (appended < count) {
    await Promise.race([full.promise, all]);
    full = deferred();
    assert.ok(sizeOnDisk(directory) <= maxBytes);
    // What is said about an epoch does not wait for space.
    spool.beginEpoch("other", "0198-other");
    for (const face of [...spool.oldest].slice(0, 100)) {
      assert.deepEqual(await spool.read(face), picture(face.seq));
      spool.remove(face);
    }
  }
  assert.deepEqual(dropped, []);
});

test("stop: faces that wait when the spool is closed are refused, not lost silently", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory, { maxBytes, full: "stop" });
  const camera = new Camera(spool);
  const all = Promise.allSettled(Array.from({ length: 500 }, (_, at) => camera.append(picture(at + 1))));
  await spool.close();
  const outcomes = await all;
  const refused = outcomes.findIndex(({ status }) => status === "rejected");
  assert.ok(refused > 0);
  // The space that is otherwise kept for rewriting is used for them, and an epoch's numbers have no holes.
  assert.ok(sizeOnDisk(directory) > maxBytes - 40_000, `${sizeOnDisk(directory)} bytes`);
  assert.ok(sizeOnDisk(directory) <= maxBytes);
  assert.ok(outcomes.slice(refused).every(({ status }) => status === "rejected"));
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, spool.faces);
});

test("a face that is larger than the spool is dropped at once, and recorded", async (t) => {
  const directory = emptyFolder(t);
  const { spool, dropped } = await openSpool(t, directory, { maxBytes });
  const camera = new Camera(spool);
  await camera.append(picture(1));
  assert.equal(await camera.append(picture(2, maxBytes)), undefined);
  assert.deepEqual(dropped, [{ seq: 2, reason: "spool_full" }]);
  assert.deepEqual([spool.faces, spool.epochs[0]?.last], [1, 2]);
  await spool.close();
  const { spool: again } = await openSpool(t, directory, { maxBytes });
  assert.deepEqual([...(again.epochs[0]?.dropped.get("spool_full") ?? [])], [[2, 2]]);
  assert.equal(again.epochs[0]?.last, 2);
});

test("a spool that is opened with a lower limit shrinks", async (t) => {
  const directory = emptyFolder(t);
  const { spool } = await openSpool(t, directory, { maxBytes: 4 * maxBytes });
  const camera = new Camera(spool);
  await Promise.all(Array.from({ length: 1200 }, (_, at) => camera.append(picture(at + 1))));
  await spool.close();
  assert.ok(sizeOnDisk(directory) > maxBytes);
  const again = await openSpool(t, directory, { maxBytes });
  again.spool.beginEpoch("other", "0198-other");
  await again.spool.flush();
  assert.ok(sizeOnDisk(directory) <= maxBytes);
  assert.equal(again.dropped.length + again.spool.faces, 1200);
});
