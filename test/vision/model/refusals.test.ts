import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { freePort } from "../../support/ports.ts";
import { fails, scene } from "./fixture.ts";
import { type Answer, all, inventedModel, status, upTo } from "./server.ts";

test("other bytes are refused with both hashes, and nothing is saved", async (t) => {
  const other = inventedModel();
  const { model, folder, download, requests } = await scene(t, () => [all(other.bytes)]);
  const both = new RegExp(
    `is not the face model: expected SHA-256 ${model.sha256}, got ${other.model.sha256}`,
  );
  await assert.rejects(download(), fails("MODEL_WRONG_FILE", 1, both));
  assert.equal(requests.length, 1);
  assert.deepEqual(readdirSync(folder), []);
});

test("a file of another length is refused, whether the server announces its length or not", async (t) => {
  const announced = await scene(t, (it) => [all(it.subarray(1))]);
  const shorter = fails("MODEL_WRONG_FILE", 1, /it has 199999 bytes, not 200000/);
  await assert.rejects(announced.download(), shorter);
  const endless: Answer = (response) => {
    const more = () => response.write(Buffer.alloc(60_000), more);
    more();
  };
  const unannounced = await scene(t, () => [endless]);
  const longer = fails("MODEL_WRONG_FILE", 1, /it has more than 200000 bytes/);
  await assert.rejects(unannounced.download(), longer);
  assert.deepEqual(readdirSync(unannounced.folder), []);
  const ends = await scene(t, (it) => [
    (response) => {
      // Written before the end: Node.js announces no length then.
      response.write(it.subarray(1));
      response.end();
    },
  ]);
  const early = fails("MODEL_INTERRUPTED", 2, /the answer ended after 199999 of 200000 bytes/);
  await assert.rejects(ends.download({ attempts: 2 }), early);
});

test("a refusal by the server is final; a busy server is asked again", async (t) => {
  const { download, requests } = await scene(t, () => [status(404)]);
  const notFound = fails("MODEL_REFUSED", 1, /invented\.onnx answers 404 Not Found.* --model FILE/);
  await assert.rejects(download(), notFound);
  assert.equal(requests.length, 1);
  const busy = await scene(t, () => [status(503)]);
  await assert.rejects(busy.download({ attempts: 2 }), fails("MODEL_SERVER_BUSY", 1, /answers 503/));
  assert.equal(busy.requests.length, 2);
  const later = await scene(t, (it) => [status(503), all(it)]);
  assert.equal(await later.download(), later.goal);
});

test("a server that cannot be reached is reported at once, with what to do instead", async (t) => {
  const { download, folder } = await scene(t, () => [status(404)]);
  const url = `http://127.0.0.1:${await freePort()}/model.onnx`;
  const sentence =
    /^cannot download .* 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.* Pass a copy of http:.* with --model FILE, or use --detector haar$/;
  await assert.rejects(download({ url }), fails("MODEL_UNREACHABLE", 2, sentence));
  assert.deepEqual(readdirSync(folder), []);
  const invalid = (sentence: RegExp) => fails("MODEL_URL_INVALID", 1, sentence);
  await assert.rejects(
    download({ url: "ftp://host/model" }),
    invalid(/^cannot download from ftp:\/\/host\/model/),
  );
  await assert.rejects(
    download({ url: "http://me:secret@host/" }),
    invalid(/^cannot download from http:\/\/\*\*\*@host\//),
  );
});

test("a connection that sends nothing is given up, before the answer and within it", async (t) => {
  const mute = await scene(t, () => [() => undefined]);
  const unreachable = fails("MODEL_UNREACHABLE", 2, /cannot be reached: no data for 0\.05 s/);
  await assert.rejects(mute.download({ timeout: 50 }), unreachable);
  assert.equal(mute.requests.length, 1);
  const stalls = await scene(t, (it) => [upTo(it, 70_000), all(it)]);
  await stalls.download({ timeout: 1000 });
  assert.deepEqual(readFileSync(stalls.goal), stalls.bytes);
  assert.equal(stalls.requests.length, 2);
});

test("a folder that is not writable is reported with what to do", async (t) => {
  const { folder, download, requests } = await scene(t, (it) => [all(it)]);
  writeFileSync(folder, "a file where the folder should be");
  const sentence = /^cannot save the face model in .*XDG_CACHE_HOME.*--model FILE/;
  await assert.rejects(download(), fails("MODEL_NOT_SAVED", 1, sentence));
  assert.equal(requests.length, 0);
});
