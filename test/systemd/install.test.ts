import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { makeSecrets } from "../compose/secrets.ts";
import { addHostUnits, analyze, install, systemdMissing } from "./scratch-root.ts";

const skip = systemdMissing();
const units = ["facepipe-detect.service", "facepipe-forward.service", "facepipe-log.service"];
const folder = mkdtempSync(join(tmpdir(), "facepipe-test-"));
const root = join(folder, "root");
const secrets = join(folder, "secrets");
const inRoot = (path: string) => join(root, path);
const modeOf = (path: string) => (statSync(inRoot(path)).mode & 0o777).toString(8);

before(async () => {
  if (skip) return;
  await makeSecrets(secrets, ["cloud.example"]);
  await addHostUnits(root);
  await install("--root", root, "--secrets", secrets);
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("the units are valid, and every program that they run exists", { skip }, async () => {
  assert.doesNotMatch(await analyze("verify", `--root=${root}`, ...units), /facepipe/);
});

test("the services are sandboxed: an exposure level of at most 2 of 10", { skip }, async () => {
  for (const unit of units) {
    await analyze("security", "--offline=true", "--threshold=20", `--root=${root}`, unit);
  }
});

test("the installed program runs, without development dependencies", { skip }, async () => {
  // Run with this node: the link below the scratch root is dangling.
  const { stdout } = await promisify(execFile)(process.execPath, [
    inRoot("/opt/facepipe/bin/facepipe.js"),
    "--help",
  ]);
  assert.match(stdout, /forward/);
  assert.equal(existsSync(inRoot("/opt/facepipe/node_modules/typescript")), false);
});

test("only root can read secrets and settings", { skip }, () => {
  assert.equal(modeOf("/etc/facepipe/secrets"), "700");
  for (const file of readdirSync(inRoot("/etc/facepipe/secrets"))) {
    assert.equal(modeOf(`/etc/facepipe/secrets/${file}`), "600", file);
  }
  assert.equal(modeOf("/etc/facepipe/facepipe.yaml"), "600");
  assert.match(readFileSync(inRoot("/etc/passwd"), "utf8"), /^facepipe:/m);
  assert.equal(existsSync(inRoot("/etc/facepipe/secrets/ca.key")), false);
});

test("facepipe.yaml is the example, and names its schema", { skip }, () => {
  const text = readFileSync(inRoot("/etc/facepipe/facepipe.yaml"), "utf8");
  assert.equal(text, readFileSync("deploy/systemd/facepipe.yaml.example", "utf8"));
  const [, schema = ""] = /\$schema=(.*)$/m.exec(text) ?? [];
  assert.ok(existsSync(inRoot(schema)), schema);
});

test("the broker's passwords are hashed", { skip }, () => {
  assert.equal(modeOf("/etc/mosquitto/facepipe.passwords"), "600");
  const lines = readFileSync(inRoot("/etc/mosquitto/facepipe.passwords"), "utf8").trim().split("\n");
  assert.equal(lines.length, 4);
  for (const line of lines) assert.match(line, /^(detect|log|forward|operator):\$7\$/);
});

test("a second run keeps the operator's settings and secrets", { skip }, async () => {
  const settings = { "facepipe.yaml": "detect: { camera: 0 }\n", "detect.env": "FACEPIPE_CAMERA=0\n" };
  for (const [name, text] of Object.entries(settings)) writeFileSync(inRoot(`/etc/facepipe/${name}`), text);
  const output = await install("--root", root);
  assert.match(output, /^kept .*facepipe.yaml$/m);
  assert.match(output, /^kept .*detect.env: its variables have precedence over facepipe.yaml$/m);
  for (const [name, text] of Object.entries(settings))
    assert.equal(readFileSync(inRoot(`/etc/facepipe/${name}`), "utf8"), text);
});

test("--dry-run shows the commands, and changes nothing", { skip }, async () => {
  const empty = join(folder, "empty");
  assert.match(
    await install("--dry-run", "--root", empty, "--secrets", secrets),
    /^\+ install .*facepipe-detect.service/m,
  );
  assert.equal(existsSync(empty), false);
});

test("on a machine with files of variables, the configuration file is empty at first", { skip }, async () => {
  const older = join(folder, "older");
  mkdirSync(join(older, "etc/facepipe"), { recursive: true });
  writeFileSync(join(older, "etc/facepipe/detect.env"), "FACEPIPE_CAMERA=0\n");
  const output = await install("--dry-run", "--root", older, "--secrets", secrets);
  assert.match(output, /^\+ install .* -m 600 .* \/dev\/null .*\/etc\/facepipe\/facepipe.yaml$/m);
  assert.match(output, /^kept .*detect.env: its variables have precedence over facepipe.yaml$/m);
});

test("missing secrets are reported with what to do", { skip }, async () => {
  await assert.rejects(
    install("--dry-run", "--root", join(folder, "empty")),
    /the secret ca.crt is missing. Create the secrets/,
  );
});
