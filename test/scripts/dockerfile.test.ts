import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { yunetModel } from "../../src/vision/model/yunet-model.ts";

const dockerfile = readFileSync("Dockerfile", "utf8");
const argument = (name: string) => new RegExp(`^ARG ${name}=(\\S+)$`, "m").exec(dockerfile)?.[1];

test("the image takes the model that the program takes, and has the program's version", () => {
  assert.equal(argument("YUNET_MODEL_URL"), yunetModel.url);
  assert.equal(argument("YUNET_MODEL_SHA256"), yunetModel.sha256);
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(/image\.version="([^"]+)"/.exec(dockerfile)?.[1], version);
});

test("its bases are pinned, and no line is for one architecture", () => {
  for (const base of ["NODE_IMAGE", "DEBIAN_IMAGE"])
    assert.match(argument(base) ?? "", /^docker\.io\/library\/[a-z]+:[\w.-]*\d[\w.-]*@sha256:[0-9a-f]{64}$/);
  for (const [, from = ""] of dockerfile.matchAll(/^FROM (\S+)/gm))
    assert.match(from, /^(\$\{\w+\}|modules)$/);
  assert.doesNotMatch(dockerfile.replace(/^#.*/gm, ""), /x86_64|amd64|x64|aarch64|arm64|TARGETARCH/);
});
