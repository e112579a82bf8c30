import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { emptyFolder } from "../support/folder.ts";
import { composeFolder, projects, readEnvFile, readProject } from "./project.ts";
import { makeSecrets, opensslMissing } from "./secrets.ts";

/** The environment of the image. */
const image = { FACEPIPE_HTTP: "8080" };

test("facepipe accepts the variables and secrets of each container", {
  skip: opensslMissing(),
}, async (t) => {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  const roles = await loadRoles();
  const bucket = { STORE_TO: "s3://faces/site-a", S3_ENDPOINT: "https://s3.example", S3_PATH_STYLE: "true" };
  for (const values of [{}, readEnvFile(join(composeFolder, ".env.example")), bucket]) {
    for (const [name, files] of Object.entries(projects)) {
      const { services } = readProject(files, values);
      for (const [service, { command, environment }] of Object.entries(services)) {
        if (!environment) continue;
        const found = Object.entries(environment).map(([key, value]) => [
          key,
          value.replace("/run/secrets", secrets),
        ]);
        const variables = { ...image, ...Object.fromEntries(found) };
        assert.doesNotThrow(() => readCommandLine(roles, command, variables), `${name}: ${service}`);
      }
    }
  }
});
