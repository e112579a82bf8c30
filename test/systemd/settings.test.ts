import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { makeSecrets, opensslMissing } from "../compose/secrets.ts";
import { emptyFolder } from "../support/folder.ts";
import { readUnit, roles } from "./unit.ts";

test("facepipe accepts the arguments, variables and credentials of each service", {
  skip: opensslMissing(),
}, async (t) => {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  const loadedRoles = await loadRoles();
  for (const role of roles) {
    const { environment, commands } = readUnit(role, secrets);
    assert.deepEqual(
      commands.map(([name]) => name),
      // detect spools from its start, and waits for nothing.
      role === "detect" ? [role] : ["broker-check", role],
    );
    for (const command of commands) {
      assert.doesNotThrow(() => readCommandLine(loadedRoles, command, environment), command.join(" "));
    }
  }
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
