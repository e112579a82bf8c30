import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { yunetModel } from "../../src/vision/model/yunet-model.ts";

const dockerfile = readFileSync("Dockerfile", "utf8");
const argument = (name: string) => new RegExp(`^ARG ${name}=(\\S+)$`, "m").exec(dockerfile)?.[1];

test("the image has the model, version, description and license of the program", () => {
  assert.equal(argument("YUNET_MODEL_URL"), yunetModel.url);
  assert.equal(argument("YUNET_MODEL_SHA256"), yunetModel.sha256);
  const label = (name: string) => new RegExp(`image\\.${name}="([^"]+)"`).exec(dockerfile)?.[1];
  const { version, description, license } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.deepEqual(
    [label("version"), label("description"), label("licenses")],
    [version, description, license],
  );
});

test("its base images are pinned, and no instruction is for one architecture", () => {
  for (const base of ["NODE_IMAGE", "DEBIAN_IMAGE"])
    assert.match(argument(base) ?? "", /^docker\.io\/library\/[a-z]+:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$/);
  for (const [, from = ""] of dockerfile.matchAll(/^FROM (\S+)/gm))
    assert.match(from, /^(\$\{\w+\}|modules)$/);
  assert.doesNotMatch(dockerfile.replace(/^#.*/gm, ""), /x86_64|amd64|x64|aarch64|arm64|TARGETARCH/);
});

test("every file that it copies from the project exists", () => {
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].map(([, words = ""]) =>
    words.split(/\s+/),
  );
  const missing = copies.flatMap((words) => words.slice(0, -1)).filter((path) => !existsSync(path));
  assert.ok(copies.length > 0);
  assert.deepEqual(missing, []);
});
