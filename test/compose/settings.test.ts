import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadRoles } from "../../src/main.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { emptyFolder } from "../support/folder.ts";
import { composeFolder, projects, readEnvFile, readProject } from "./project.ts";
import { makeSecrets, opensslMissing } from "./secrets.ts";

/** What the image sets. */
const image = { FACEPIPE_HTTP: "8080" };

test("facepipe takes the variables and secrets that each container gives it", {
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
        const given = { ...image, ...Object.fromEntries(found) };
        assert.doesNotThrow(() => readCommandLine(roles, command, given), `${name}: ${service}`);
      }
    }
  }
});
