import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadRoles } from "../../src/roles/role-table.ts";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";

const roles = await loadRoles();

const names = roles.map(({ name }) => name);

test("the version is the package's", async (t) => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  for (const flag of ["--version", "-V"])
    assert.deepEqual(await facepipe(t, [flag]), {
      code: 0,
      signal: null,
      stdout: `${version}\n`,
      stderr: "",
    });
});

test("the help lists all roles with their summaries", async (t) => {
  const { code, stdout, stderr } = await facepipe(t, ["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const words = stdout.replace(/\s+/g, " ");
  for (const { name, summary } of roles) assert.ok(words.includes(` ${name} ${summary}`), name);
  for (const args of [["-h"], ["help"]]) assert.equal((await facepipe(t, args)).stdout, stdout);
});

test("a role's help shows its usage, and loads none of the heavy packages", async (t) => {
  const file = join(emptyFolder(t), "loaded");
  const node = ["--import", new URL("../support/loaded-modules.mjs", import.meta.url).href];
  const help = await Promise.all(
    names.map((name) => facepipe(t, [name, "--help"], { node, env: { FACEPIPE_TEST_LOADED: file } })),
  );
  for (const [index, { code, stdout, stderr }] of help.entries()) {
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.startsWith(`Usage: facepipe ${names[index]} [options]\n`), stdout);
  }
  const loaded = readFileSync(file, "utf8");
  assert.match(loaded, /commander/, "the list has what was loaded");
  const heavy =
    /node_modules\/(mqtt|aedes|prom-client|pino|cli-progress|@aws-sdk|@smithy|@u4|onnxruntime-node)[^/]*\//;
  assert.deepEqual(
    loaded.split("\n").filter((module) => heavy.test(module)),
    [],
  );
});

test("help has priority over any fault, in each of its forms", async (t) => {
  const detect = await facepipe(t, ["detect", "--help"]);
  assert.match(detect.stdout, /Examples:\n {2}facepipe detect --camera 0\n/);
  for (const args of [
    ["help", "detect"],
    ["detect", "-h"],
    ["detect", "--qos", "9", "--nonsense", "--help"],
  ]) {
    assert.deepEqual(await facepipe(t, args), detect);
  }
});
