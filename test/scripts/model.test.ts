import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { freePort } from "../support/ports.ts";
import { all, modelServer } from "../vision/model/server.ts";
import { modelPath, noModel } from "../vision/worker/detectors/yunet-model.ts";

const name = "yunet_n_dynamic.onnx";
const notBuilt = !existsSync(join("dist", "vision", "model")) && "needs dist/: `npm run build`";
const skip = notBuilt || (process.platform !== "linux" && "XDG_CACHE_HOME is Linux only") || undefined;
const model = modelPath ?? "";
const needsModel = skip ?? noModel;

/** A clone with an empty cache; `run` runs the set-up's model step and returns its stderr. */
function clone(t: TestContext, url: string) {
  const folder = emptyFolder(t);
  for (const each of ["scripts", "dist", "package.json"])
    cpSync(each, join(folder, each), { recursive: true });
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const code = 'await (await import("./scripts/setup/model.mjs")).fetchFaceModel()';
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), FACEPIPE_MODEL_URL: url };
  const run = async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, env });
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, "close")]);
    assert.equal(status, 0, stderr);
    return stderr;
  };
  return { folder, run };
}

test("without a network, set-up continues and reports the consequence and the remedy", {
  skip,
}, async (t) => {
  const { run } = clone(t, `http://127.0.0.1:${await freePort()}/${name}`);
  const lines = (await run()).trim().split("\n");
  assert.equal(lines.length, 2);
  assert.match(
    lines[1] ?? "",
    /^face model: .* cannot be reached: .*Haar cascade, which misses most.*--model FILE accepts a copy of https:/,
  );
});

test("set-up downloads the model once, into the cache", { skip: needsModel }, async (t) => {
  const server = await modelServer(t, all(readFileSync(model)));
  const { folder, run } = clone(t, server.url);
  assert.match(await run(), /done in \d+ s/);
  assert.deepEqual(readFileSync(join(folder, "cache", "facepipe", name)), readFileSync(model));
  assert.equal(await run(), "");
  assert.equal(server.requests.length, 1);
});

test("a model beside the program is not downloaded", { skip: needsModel }, async (t) => {
  const server = await modelServer(t, all(readFileSync(model)));
  const { folder, run } = clone(t, server.url);
  mkdirSync(join(folder, "models"));
  cpSync(model, join(folder, "models", name));
  assert.equal(await run(), "");
  assert.equal(server.requests.length, 0);
});
