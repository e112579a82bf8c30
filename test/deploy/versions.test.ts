import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const files = ["deploy", "docs"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** The versions used with an image name, as a tag or as kustomize's newTag. */
function versionsOf(image: string): string[] {
  const tag = new RegExp(`${image}(?::|\\n\\s+newTag: )(\\d[\\w.]*\\w)`, "g");
  return files.flatMap((file) =>
    Array.from(readFileSync(file, "utf8").matchAll(tag), ([, version = ""]) => version),
  );
}

test("manifests and docs use the image of this version, and one version of Mosquitto", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const ours = versionsOf("ghcr.io/facepipe/facepipe");
  assert.ok(ours.length >= 6);
  assert.deepEqual([...new Set(ours)], [version]);
  const brokers = versionsOf("eclipse-mosquitto");
  assert.ok(brokers.length >= 6);
  assert.equal(new Set(brokers).size, 1);
});
