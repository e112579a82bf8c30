import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fails, scene } from "./fixture.ts";
import { all, upTo } from "./server.ts";

test("a model is downloaded once, with progress, and leaves no other file", async (t) => {
  const { bytes, model, folder, goal, download, requests } = await scene(t, (it) => [all(it)]);
  const steps: number[] = [];
  const onProgress = (done: number, total: number) => {
    assert.equal(total, bytes.length);
    steps.push(done);
  };
  assert.equal(await download({ onProgress }), goal);
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(readdirSync(folder), [model.name]);
  assert.deepEqual(
    steps,
    steps.toSorted((a, b) => a - b),
  );
  assert.equal(steps.at(-1), bytes.length);
  assert.equal(await download(), goal);
  assert.deepEqual(
    requests.map(({ headers }) => headers["accept-encoding"]),
    ["identity"],
  );
});

test("a download that breaks off is started again, but only so many times", async (t) => {
  const good = await scene(t, (it) => [upTo(it, 70_000), upTo(it, 150_000), all(it)]);
  const onProgress = (done: number) => [70_000, 150_000].includes(done) && good.cut();
  await good.download({ onProgress });
  assert.deepEqual(readFileSync(good.goal), good.bytes);
  assert.equal(good.requests.length, 3);
  const bad = await scene(t, (it) => [upTo(it, 70_000)]);
  const broken = fails("MODEL_INTERRUPTED", 2, /broke off: the connection was closed .* --model FILE/);
  await assert.rejects(bad.download({ attempts: 2, onProgress: bad.cut }), broken);
  assert.equal(bad.requests.length, 2);
  assert.deepEqual(readdirSync(bad.folder), []);
});

test("two downloads at the same time do each other no harm", async (t) => {
  const { bytes, model, folder, goal, download, requests } = await scene(t, (it) => [all(it)]);
  assert.deepEqual(await Promise.all([download(), download()]), [goal, goal]);
  assert.equal(requests.length, 2);
  assert.deepEqual(readFileSync(goal), bytes);
  assert.deepEqual(readdirSync(folder), [model.name]);
});

test("an abort ends the download at once", async (t) => {
  const { bytes, folder, goal, download } = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  await assert.rejects(download({ signal: stop.signal, onProgress }), { name: "AbortError" });
  await assert.rejects(download({ signal: stop.signal }), { name: "AbortError" });
  assert.deepEqual(readdirSync(folder), []);
  await download();
  assert.deepEqual(readFileSync(goal), bytes);
});
