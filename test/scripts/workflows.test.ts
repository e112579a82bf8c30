import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

const folder = join(".github", "workflows");
const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));

test("every action is pinned by commit, and to the same one in all workflows", () => {
  const uses = texts.flatMap((text) => [...text.matchAll(/uses: (.+)$/gm)].map(([, used = ""]) => used));
  const pins = new Map<string, string>();
  for (const used of uses) {
    const [, action = "", pin = ""] = /^([\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(used) ?? [];
    assert.ok(pin, `${used} is not pinned as ACTION@COMMIT # vVERSION`);
    assert.equal(pin, pins.get(action) ?? pin, action);
    pins.set(action, pin);
  }
  assert.ok(pins.size > 0);
});

test("no workflow has more permissions by default than to read the repository", () => {
  for (const text of texts) assert.deepEqual(parse(text).permissions, { contents: "read" });
});

test("continuous integration tests the oldest supported major version of Node.js and that of the image", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
  const { node } = parse(readFileSync(join(folder, "ci.yml"), "utf8")).jobs.test.strategy.matrix;
  assert.ok(node.includes(Number(/\d+/.exec(engines.node)?.[0])));
  const imageNode = Number(/node:(\d+)/.exec(readFileSync("Dockerfile", "utf8"))?.[1]);
  assert.ok(node.includes(imageNode));
  assert.equal(Number(readFileSync(".nvmrc", "utf8")), imageNode);
});
