import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { freePort } from "../../support/ports.ts";
import { exits, scene } from "./fixture.ts";
import { type Answer, all, inventedModel, status, upTo } from "./server.ts";

test("other bytes are refused with both hashes, and nothing of them is kept", async (t) => {
  const other = inventedModel();
  const { model, folder, fetchIt } = await scene(t, () => [all(other.bytes)]);
  const both = new RegExp(
    `is not the face model: expected SHA-256 ${model.sha256}, got ${other.model.sha256}`,
  );
  await assert.rejects(fetchIt(), exits(1, both));
  assert.deepEqual(readdirSync(folder), []);
});

test("a file of another length is refused, told or not", async (t) => {
  const told = await scene(t, (it) => [all(it.subarray(1))]);
  await assert.rejects(told.fetchIt(), exits(1, /it has 199999 bytes, not 200000/));
  const endless: Answer = (_request, response) => {
    const more = () => response.write(Buffer.alloc(60_000), more);
    more();
  };
  const untold = await scene(t, () => [endless]);
  await assert.rejects(untold.fetchIt(), exits(1, /it has more than 200000 bytes/));
  assert.deepEqual(readdirSync(untold.folder), []);
});

test("what the server refuses is told; what it puts off is tried again", async (t) => {
  const { fetchIt, ranges } = await scene(t, () => [status(404)]);
  await assert.rejects(fetchIt(), exits(1, /invented\.onnx answers 404 Not Found.* --model FILE/));
  assert.equal(ranges.length, 1);
  const busy = await scene(t, () => [status(503)]);
  await assert.rejects(busy.fetchIt({ tries: 2 }), exits(1, /answers 503/));
  assert.equal(busy.ranges.length, 2);
  const later = await scene(t, (it) => [status(503), all(it)]);
  assert.equal(await later.fetchIt(), later.goal);
});

test("where nothing answers, it is told at once what to do instead", async (t) => {
  const { fetchIt, folder } = await scene(t, () => [status(404)]);
  const url = `http://127.0.0.1:${await freePort()}/model.onnx`;
  const sentence =
    /^cannot download .* 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.* Give a copy of http:.* with --model FILE, or take --detector haar$/;
  await assert.rejects(fetchIt({ url }), exits(2, sentence));
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(fetchIt({ url: "ftp://host/model" }), exits(1, /no place to download from/));
  await assert.rejects(
    fetchIt({ url: "http://me:secret@host/" }),
    exits(1, /^http:\/\/\*\*\*@host\/ is no place/),
  );
});

test("a connection that gives nothing is given up, before its answer and within", async (t) => {
  const mute = await scene(t, () => [() => undefined]);
  await assert.rejects(
    mute.fetchIt({ patience: 50 }),
    exits(2, /cannot be reached: nothing came for 0\.05 s/),
  );
  const stalls = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  await stalls.fetchIt({ patience: 1000, onProgress: () => undefined });
  assert.deepEqual(readFileSync(stalls.goal), stalls.bytes);
  assert.match(stalls.ranges[1] ?? "", /^bytes=\d+-$/);
});

test("a folder that takes no files is told with what to do", async (t) => {
  const { folder, fetchIt } = await scene(t, (it) => [all(it)]);
  writeFileSync(folder, "a file where the folder should be");
  await assert.rejects(fetchIt(), exits(1, /^cannot keep the face model in .*XDG_CACHE_HOME.*--model FILE/));
});
