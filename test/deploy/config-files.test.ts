import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";

/** Every configuration file that deploy/ contains, and where an operator has it, relative to the project or installed. */
const files: Readonly<Record<string, string>> = {
  "deploy/compose/facepipe.yaml.example": "deploy/compose/secrets/facepipe.yaml",
  "deploy/kubernetes/edge/facepipe.yaml": "deploy/kubernetes/edge/facepipe.yaml",
  "deploy/systemd/facepipe.yaml.example": "/etc/facepipe/facepipe.yaml",
};

/** Of the edge, where these files are. */
const roles = ["detect", "forward", "log"];

const read = (file: string) => readFileSync(file, "utf8");
const matchesSchema = new Ajv({ allowUnionTypes: true }).compile(
  JSON.parse(read("docs/facepipe.schema.json")),
);

/** The file with the commented camera, and the commented settings of a camera, in use. */
function withAllCameras(text: string): string {
  return text.replace(/^( *)# (- name: \S+\n)((?: *# {3}\w.*\n)+)/gm, (_, indent, first, rest) => {
    return `${indent}${first}${rest.replace(/^( *)# /gm, "$1")}`;
  });
}

test("the list of configuration files in deploy/ is complete", () => {
  const found = readdirSync("deploy", { recursive: true, encoding: "utf8" })
    .filter((path) => /(^|\/)facepipe\.yaml(\.example)?$/.test(path) && !/(^|\/)secrets\//.test(path))
    .map((path) => join("deploy", path));
  assert.deepEqual(found.sort(), Object.keys(files));
});

for (const file of Object.keys(files)) {
  test(`facepipe reads ${file}, and each of its settings holds`, async (t) => {
    const { cameras, detect } = parse(read(file));
    for (const role of [...roles, "camera-check"]) {
      const { code, stdout, stderr } = await facepipe(t, [role, "--config", file, "--show-config"]);
      assert.equal(code, 0, stderr);
      const shown = parse(stdout)[role];
      if (role === "camera-check") assert.deepEqual(shown.cameras, cameras);
      if (role !== "detect") continue;
      for (const [key, value] of Object.entries(detect)) assert.equal(shown[key], value, key);
      assert.deepEqual(shown.cameras, cameras);
      assert.equal(shown.emit, "best");
    }
  });

  test(`${file} matches the schema, which it names`, () => {
    assert.ok(matchesSchema(parse(read(file))), JSON.stringify(matchesSchema.errors));
    const [, schema = ""] = /^# yaml-language-server: \$schema=(.*)$/m.exec(read(file)) ?? [];
    // install.sh copies docs/ there.
    const path = schema.startsWith("/")
      ? schema.replace("/opt/facepipe/", "")
      : join(dirname(files[file] ?? ""), schema);
    assert.ok(existsSync(path), path);
  });

  test(`the settings of ${file} that are comments are valid, too`, async (t) => {
    const text = withAllCameras(read(file));
    const { cameras } = parse(text);
    assert.equal(cameras.length, 2);
    assert.deepEqual(Object.keys(cameras[1]), ["name", "camera", "mask", "fps"]);
    assert.ok(matchesSchema(parse(text)), JSON.stringify(matchesSchema.errors));
    const path = join(emptyFolder(t), "facepipe.yaml");
    writeFileSync(path, text);
    const { code, stderr } = await facepipe(t, ["detect", "--config", path, "--show-config"]);
    assert.equal(code, 0, stderr);
  });

  test(`a misspelt key in ${file} is found by facepipe and by the schema`, async (t) => {
    const text = read(file).replace("spool-max:", "spool-mx:");
    assert.equal(matchesSchema(parse(text)), false);
    const path = join(emptyFolder(t), "facepipe.yaml");
    writeFileSync(path, text);
    for (const role of roles) {
      const { code, stderr } = await facepipe(t, [role, "--config", path, "--show-config"]);
      assert.equal(code, 3);
      assert.match(stderr, /facepipe\.yaml:\d+: detect\.spool-mx: .*did you mean spool-max\?/, role);
    }
  });
}
