import assert from "node:assert/strict";
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
      ["broker-check", role],
    );
    for (const command of commands) {
      assert.doesNotThrow(() => readCommandLine(loadedRoles, command, environment), command.join(" "));
    }
  }
});
