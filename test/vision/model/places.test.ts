import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fetchModel } from "../../../src/vision/model/fetch-model.ts";
import { yunetModel } from "../../../src/vision/model/model-file.ts";
import {
  besideProgram,
  cachedModel,
  cacheFolder,
  findModel,
  sha256,
} from "../../../src/vision/model/places.ts";
import { emptyFolder } from "../../support/folder.ts";
import { scene } from "./fixture.ts";
import { all, modelServer, upTo } from "./server.ts";

test("a model is at hand where it is whole; a damaged one in the cache is replaced", async (t) => {
  const { bytes, model, folder, goal, fetchIt } = await scene(t, (it) => [all(it)]);
  const beside = emptyFolder(t);
  const find = () => findModel([beside, folder], model);
  assert.equal(await find(), undefined);
  await fetchIt();
  assert.equal(await find(), goal);
  const damaged = Buffer.from(bytes).fill(0, 500, 600);
  writeFileSync(goal, damaged);
  writeFileSync(join(beside, model.name), damaged);
  assert.equal(await find(), undefined);
  await fetchIt();
  assert.equal(await find(), goal);
  writeFileSync(join(beside, model.name), bytes);
  assert.equal(await find(), join(beside, model.name));
});

test("the cache is the system's, the folder beside the program is the package's", () => {
  assert.equal(besideProgram, join(process.cwd(), "models"));
  assert.match(cacheFolder(), /[/\\]facepipe([/\\]Cache)?$/);
  assert.equal(cachedModel(), join(cacheFolder(), "yunet_n_dynamic.onnx"));
});

const data = process.env["FACEPIPE_TEST_DATA"] ?? join("..", "shared", "data");
const real = join(data, "models", yunetModel.name);
const skip = !existsSync(real) && `needs ${real}`;

test("the model we know is the model we mean", { skip }, async (t) => {
  const bytes = readFileSync(real);
  assert.deepEqual([bytes.length, sha256(bytes)], [yunetModel.bytes, yunetModel.sha256]);
  const { url, cut } = await modelServer(t, upTo(bytes, 200_000), all(bytes));
  const folder = emptyFolder(t);
  const path = await fetchModel({ signal: AbortSignal.timeout(60_000), url, folder, onProgress: cut });
  assert.deepEqual(readFileSync(path), bytes);
});
