import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { exits, scene } from "./fixture.ts";
import { all, fromStart, upTo } from "./server.ts";

test("a model is downloaded as it is, with its progress, and nothing else is left", async (t) => {
  const { bytes, model, folder, goal, fetchIt, ranges, encodings } = await scene(t, (it) => [all(it)]);
  const steps: number[] = [];
  const onProgress = (done: number, total: number) => {
    assert.equal(total, bytes.length);
    steps.push(done);
  };
  assert.equal(await fetchIt({ onProgress }), goal);
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(readdirSync(folder), [model.name]);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
  assert.equal(steps.at(-1), bytes.length);
  assert.equal(await fetchIt(), goal);
  assert.deepEqual([ranges, encodings], [[undefined], ["identity"]]);
});

test("after a cut it goes on where it was", async (t) => {
  const { bytes, goal, fetchIt, ranges } = await scene(t, (it) => [
    upTo(it, 70_000),
    upTo(it, 150_000),
    all(it),
  ]);
  await fetchIt();
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(ranges, [undefined, "bytes=70000-", "bytes=150000-"]);
});

test("another run goes on where the one before was cut", async (t) => {
  const { bytes, goal, part, fetchIt, ranges } = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  await assert.rejects(fetchIt({ tries: 1 }), exits(2, /broke off: .* --model FILE/));
  assert.deepEqual(readFileSync(part), bytes.subarray(0, 70_000));
  assert.ok(!existsSync(goal));
  await fetchIt();
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(ranges, [undefined, "bytes=70000-"]);
});

test("a server that can only start anew is taken as it is, but not for ever", async (t) => {
  const good = await scene(t, (it) => [upTo(it, 70_000), fromStart(it)]);
  await good.fetchIt();
  assert.deepEqual(readFileSync(good.goal), good.bytes);
  const bad = await scene(t, (it) => [fromStart(it, 70_000)]);
  await assert.rejects(bad.fetchIt({ tries: 2 }), exits(2, /broke off/));
  assert.equal(bad.ranges.length, 2);
});

test("another part than asked for, and none at all, are asked for from the start", async (t) => {
  for (const odd of [416, 206]) {
    const { bytes, goal, fetchIt, ranges } = await scene(t, (it) => [
      upTo(it, 70_000),
      (_request, response) =>
        response.writeHead(odd, odd === 206 ? { "content-range": "bytes 5-9/10" } : {}).end("12345"),
      all(it),
    ]);
    await fetchIt();
    assert.deepEqual(readFileSync(goal), bytes);
    assert.deepEqual(ranges, [undefined, "bytes=70000-", undefined]);
  }
});

test("a part that is damaged, or too long, is made anew once", async (t) => {
  const { bytes, goal, part, fetchIt, ranges } = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  await assert.rejects(fetchIt({ tries: 1 }));
  writeFileSync(part, Buffer.alloc(70_000));
  await fetchIt();
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(ranges, [undefined, "bytes=70000-", undefined]);
  writeFileSync(goal, "damaged");
  writeFileSync(part, Buffer.alloc(300_000));
  await fetchIt();
  assert.deepEqual(readFileSync(goal), bytes);
});

test("two that fetch at once do each other no harm", async (t) => {
  for (let round = 0; round < 5; round++) {
    const { bytes, model, folder, goal, fetchIt } = await scene(t, (it) => [
      upTo(it, 30_000),
      upTo(it, 90_000),
      upTo(it, 60_000),
      all(it),
    ]);
    assert.deepEqual(await Promise.all([fetchIt(), fetchIt()]), [goal, goal]);
    assert.deepEqual(readFileSync(goal), bytes);
    assert.deepEqual(readdirSync(folder), [model.name]);
  }
});

test("an abort ends it at once, and what has come stays", async (t) => {
  const { bytes, goal, part, fetchIt } = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  const stop = new AbortController();
  const onProgress = (done: number) => done === 70_000 && stop.abort();
  await assert.rejects(fetchIt({ signal: stop.signal, onProgress }), { name: "AbortError" });
  assert.equal(statSync(part).size, 70_000);
  await assert.rejects(fetchIt({ signal: stop.signal }), { name: "AbortError" });
  await fetchIt();
  assert.deepEqual(readFileSync(goal), bytes);
});
