import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { S3Store } from "../../../src/sinks/s3/s3-store.ts";
import { emptyFolder } from "../../support/folder.ts";
import { never } from "../objects.ts";
import { optionsFor, s3InMemory, serve, sinkAt } from "./stand-in.ts";

const login = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };

suite("S3: settings of the SDK", () => {
  const invalid: Readonly<Record<string, string>> = {
    AWS_REGION: "eu central",
    AWS_RETRY_MODE: "fast",
    AWS_MAX_ATTEMPTS: "many",
    AWS_DEFAULTS_MODE: "quick",
    AWS_REQUEST_CHECKSUM_CALCULATION: "when-required",
    AWS_RESPONSE_CHECKSUM_VALIDATION: "never",
    AWS_USE_FIPS_ENDPOINT: "yes",
    AWS_USE_DUALSTACK_ENDPOINT: "1",
    AWS_CREDENTIAL_EXPIRATION: "soon",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "localhost:80/role",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: "metadata",
    AWS_ACCESS_KEY_ID: "two words",
    AWS_SECRET_ACCESS_KEY: "two\nlines",
    AWS_SESSION_TOKEN: "two\nlines",
  };
  for (const [name, value] of Object.entries(invalid))
    test(`an invalid value is refused by name: ${name}`, async (t) => {
      const sink = await sinkAt(t, s3InMemory(), { [name]: value });
      const expected = { name: "UserError", code: "BUCKET_SETTINGS_INVALID", exitCode: 3 };
      await assert.rejects(sink.open(never), { ...expected, message: new RegExp(`${name}\\b`) });
      const isSecret = /KEY|TOKEN/.test(name);
      await assert.rejects(sink.open(never), ({ message }: Error) => message.includes(value) !== isSecret);
    });

  test("all invalid values are refused together", async (t) => {
    const sink = await sinkAt(t, s3InMemory(), { AWS_REGION: "eu central", AWS_MAX_ATTEMPTS: "0" });
    await assert.rejects(sink.open(never), { message: /AWS_REGION.*AWS_MAX_ATTEMPTS/ });
  });

  for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
    for (const value of ["minio:9000", "ftp://user:password@minio", "http://minio:99999"])
      test(`an endpoint that is no URL is refused by name: ${name}=${value}`, async (t) => {
        const sink = new S3Sink("faces", "", optionsFor(t, undefined, { ...login, [name]: value }));
        await assert.rejects(sink.open(never), ({ code, exitCode, message }: Record<string, string>) => {
          assert.deepEqual([code, exitCode], ["BUCKET_URL_INVALID", 1]);
          assert.match(message ?? "", new RegExp(`the endpoint is not a valid URL: ${name} `));
          assert.doesNotMatch(message ?? "", /password/);
          return true;
        });
      });

  test("a variable of an endpoint that --endpoint replaces is not looked at", async (t) => {
    const sink = await sinkAt(t, s3InMemory(), { AWS_ENDPOINT_URL: "minio" });
    await sink.open(never);
  });

  for (const name of ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
    test(`what is for Amazon alone is refused with another endpoint: ${name}`, async (t) => {
      const sink = await sinkAt(t, s3InMemory(), { [name]: "true" });
      const expected = { code: "BUCKET_SETTINGS_INVALID", exitCode: 3, remedy: new RegExp(name) };
      await assert.rejects(sink.open(never), expected);
    });

  test("a profile's values are refused by name, with their file, unless a variable replaces them", async (t) => {
    const file = join(emptyFolder(t), "config");
    await writeFile(
      file,
      "[default]\nregion = eu central\nmax_attempts = many\n[profile b]\nendpoint_url = b\n",
    );
    const at = async (variables: Readonly<Record<string, string>>, endpoint?: string) =>
      new S3Store("faces", "", optionsFor(t, endpoint, { ...login, AWS_CONFIG_FILE: file, ...variables }));
    const expected = { name: "UserError", code: "BUCKET_SETTINGS_INVALID", exitCode: 3 };
    const message =
      /region of the profile default in .*config: "eu central".*max_attempts of the profile default/;
    await assert.rejects((await at({})).open(never), { ...expected, message });
    const other = /^cannot use the bucket faces: max_attempts of/;
    await assert.rejects((await at({ AWS_REGION: "eu-central-1" })).open(never), {
      ...expected,
      message: other,
    });
    const url = { code: "BUCKET_URL_INVALID", message: /endpoint_url of the profile b in .*config: "b"/ };
    await assert.rejects((await at({ AWS_PROFILE: "b" })).open(never), url);
  });

  test("values that the SDK accepts are accepted", async (t) => {
    const endpoint = await serve(t, s3InMemory());
    const variables = {
      ...login,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: "garage",
      AWS_REQUEST_CHECKSUM_CALCULATION: "WHEN_REQUIRED",
      AWS_RETRY_MODE: "adaptive",
      AWS_MAX_ATTEMPTS: "5",
      AWS_USE_FIPS_ENDPOINT: "false",
      AWS_SESSION_TOKEN: "",
    };
    const sink = new S3Sink("faces", "", optionsFor(t, undefined, variables));
    t.after(() => sink.close());
    await sink.open(never);
  });
});
