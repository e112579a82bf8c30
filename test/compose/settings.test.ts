import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readSettings } from "../support/command-line.ts";
import { emptyFolder } from "../support/folder.ts";
import { composeFolder, projects, readEnvFile, readProject, type Service } from "./project.ts";
import { makeSecrets, opensslMissing } from "./secrets.ts";

const skip = opensslMissing();

/** The environment of the image. */
const image = { FACEPIPE_HTTP: "8080" };

/** The secrets as docs/compose.md creates them. */
async function allSecrets(t: TestContext): Promise<string> {
  const secrets = emptyFolder(t);
  await makeSecrets(secrets, ["localhost"]);
  copyFileSync(join(composeFolder, "facepipe.yaml.example"), join(secrets, "facepipe.yaml"));
  return secrets;
}

/** What a container of facepipe reads. Throws the faults that facepipe finds. */
function readService({ command, environment = {} }: Service, secrets: string) {
  const found = Object.entries(environment).map(([key, value]) => [
    key,
    value.replace("/run/secrets", secrets),
  ]);
  return readSettings(command, { ...image, ...Object.fromEntries(found) });
}

test("facepipe accepts the variables and secrets of each container", { skip }, async (t) => {
  const secrets = await allSecrets(t);
  const bucket = { STORE_TO: "s3://faces/site-a", S3_ENDPOINT: "https://s3.example", S3_PATH_STYLE: "true" };
  for (const values of [{}, readEnvFile(join(composeFolder, ".env.example")), bucket]) {
    for (const [name, files] of Object.entries(projects)) {
      const { services } = readProject(files, values);
      for (const [service, definition] of Object.entries(services)) {
        if (!definition.environment) continue;
        assert.doesNotThrow(() => readService(definition, secrets), `${name}: ${service}`);
      }
    }
  }
});

test("each role of the edge reads secrets/facepipe.yaml, and no variable overrides it", {
  skip,
}, async (t) => {
  const secrets = await allSecrets(t);
  const keys = {
    detect: ["cameras", "emit", "log-level", "spool-max"],
    forward: ["log-level", "to", "to-client-id"],
    "edge-log": ["log-level"],
  };
  for (const files of [projects["edge"], projects["edge with a webcam"]]) {
    const { services } = readProject(files ?? []);
    for (const [name, expected] of Object.entries(keys)) {
      const service = services[name] as Service;
      assert.ok(service.secrets?.includes("facepipe.yaml"), name);
      const { holding, overridden } = readService(service, secrets);
      assert.deepEqual([holding, overridden], [expected, []], name);
    }
  }
});
