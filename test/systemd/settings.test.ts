import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { makeSecrets, opensslMissing } from "../compose/secrets.ts";
import { readSettings } from "../support/command-line.ts";
import { emptyFolder } from "../support/folder.ts";
import { readUnit, roles } from "./unit.ts";

test("facepipe accepts the arguments, variables and credentials of each service", {
  skip: opensslMissing(),
}, async (t) => {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  for (const role of roles) {
    const { environment, commands } = readUnit(role, secrets);
    assert.deepEqual(
      commands.map(([name]) => name),
      // detect spools from its start, and waits for nothing.
      role === "detect" ? [role] : ["broker-check", role],
    );
    for (const command of commands) {
      assert.doesNotThrow(() => readSettings(command, environment), command.join(" "));
    }
  }
});

test("each service reads facepipe.yaml, and none of its variables overrides it", {
  skip: opensslMissing(),
}, async (t) => {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  const keys = {
    detect: ["cameras", "detector", "emit", "http", "log-level", "spool-max"],
    forward: ["http", "log-level", "to"],
    log: ["http", "log-level"],
  };
  for (const role of roles) {
    const { environment, commands } = readUnit(role, secrets);
    const { holding, overridden } = readSettings(commands.at(-1) ?? [], environment);
    assert.deepEqual([holding, overridden], [keys[role], []], role);
  }
});

test("a file of variables is optional, and has precedence over facepipe.yaml", {
  skip: opensslMissing(),
}, async (t) => {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  const { environment, commands, environmentFiles } = readUnit("detect", secrets);
  // "-": systemd ignores that it does not exist.
  assert.deepEqual(environmentFiles, ["-/etc/facepipe/detect.env"]);
  const older = { FACEPIPE_CAMERA: "0", FACEPIPE_NAME: "", FACEPIPE_EMIT: "all", FACEPIPE_SPOOL_MAX: "2GiB" };
  const { settings, overridden } = readSettings(commands.at(-1) ?? [], { ...environment, ...older });
  assert.deepEqual(
    settings.cameras.map(({ camera, name }) => [camera, name]),
    [[["0"], []]],
  );
  assert.deepEqual(overridden.sort(), ["cameras", "emit", "spool-max"]);
});

test("detect's spool is in a directory that systemd creates for it alone, and that outlives the service", () => {
  const { environment } = readUnit("detect", "/nowhere");
  const text = (path: string) => readFileSync(`deploy/systemd/${path}`, "utf8");
  const states = (unit: string) => Array.from(unit.matchAll(/^StateDirectory=(.*)$/gm), ([, name]) => name);
  const [own, ...others] = states(text("facepipe-detect.service"));
  assert.deepEqual(others, []);
  assert.equal(dirname(environment["FACEPIPE_SPOOL"] ?? ""), `/var/lib/${own}`);
  const shared = ["facepipe-forward.service", "facepipe-log.service", "facepipe-.service.d/sandbox.conf"];
  assert.ok(!shared.flatMap((path) => states(text(path))).includes(own));
  assert.match(text("uninstall.sh"), new RegExp(`"\\$purge".*rm -rf.* /var/lib/${own} `));
});
