import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cacheFolder } from "../../../src/base/user-folders.ts";
import { downloadModel } from "../../../src/vision/model/download-model.ts";
import { besideProgram, cachedModel, findModel, sha256 } from "../../../src/vision/model/find-model.ts";
import { yunetModel } from "../../../src/vision/model/yunet-model.ts";
import { emptyFolder } from "../../support/folder.ts";
import { modelPath, noModel } from "../worker/detectors/yunet-model.ts";
import { scene } from "./fixture.ts";
import { all, modelServer } from "./server.ts";

test("a complete model is found, a damaged one is not and is replaced by a download", async (t) => {
  const { bytes, model, folder, goal, download } = await scene(t, (it) => [all(it)]);
  const beside = emptyFolder(t);
  const find = () => findModel([beside, folder], model);
  assert.equal(await find(), undefined);
  await download();
  assert.equal(await find(), goal);
  const damaged = Buffer.from(bytes).fill(0, 500, 600);
  writeFileSync(goal, damaged);
  writeFileSync(join(beside, model.name), damaged);
  assert.equal(await find(), undefined);
  await download();
  assert.equal(await find(), goal);
  writeFileSync(join(beside, model.name), bytes);
  assert.equal(await find(), join(beside, model.name));
});

test("the cache is the system's, the folder beside the program is the package's", () => {
  assert.equal(besideProgram, join(process.cwd(), "models"));
  assert.match(cacheFolder(), /[/\\]facepipe([/\\]Cache)?$/);
  assert.equal(cachedModel(), join(cacheFolder(), "yunet_n_dynamic.onnx"));
});

test("the length and the hash of YuNet's model are those of the real file", { skip: noModel }, async (t) => {
  const bytes = readFileSync(modelPath ?? "");
  assert.deepEqual([bytes.length, sha256(bytes)], [yunetModel.bytes, yunetModel.sha256]);
  const { url } = await modelServer(t, all(bytes));
  const goal = join(emptyFolder(t), yunetModel.name);
  const path = await downloadModel(goal, { signal: AbortSignal.timeout(60_000), url });
  assert.deepEqual(readFileSync(path), bytes);
});
