import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import type { UserError } from "../../../src/base/errors.ts";
import { S3Sink } from "../../../src/sinks/s3/s3-sink.ts";
import { emptyFolder } from "../../support/folder.ts";
import { never, object } from "../objects.ts";
import { type Answer, optionsFor, page, s3InMemory, serve } from "./stand-in.ts";

const role = "arn:aws:iam::123456789012:role/faces";

const config = `
[default]
region = eu-central-1
[profile half]
aws_access_key_id = AKIAEXAMPLE
[profile other-half]
aws_secret_access_key = secret
[profile source-missing]
role_arn = ${role}
source_profile = gone
[profile source-half]
role_arn = ${role}
source_profile = half
[profile no-source]
role_arn = ${role}
[profile odd-source]
role_arn = ${role}
credential_source = Moon
[profile environment-source]
role_arn = ${role}
credential_source = Environment
[profile process]
credential_process = sh -c 'echo "log in first" >&2; exit 3' --password hunter2
[profile process-silent]
credential_process = false
[profile process-html]
credential_process = echo '<html>'
[profile process-missing]
credential_process = /nowhere/prints-credentials
[profile process-expired]
credential_process = echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"2020-01-01T00:00:00Z"}'
[profile sso]
sso_session = office
sso_account_id = 123456789012
sso_role_name = faces
[sso-session office]
sso_start_url = https://office.example/start
sso_region = eu-central-1
[profile sso-gone]
sso_session = gone
sso_account_id = 123456789012
sso_role_name = faces
[profile sso-old]
sso_start_url = https://office.example/start
sso_region = eu-central-1
sso_account_id = 123456789012
sso_role_name = faces
[profile login]
login_session = arn:aws:iam::123456789012:user/faces
[profile token]
role_arn = ${role}
web_identity_token_file = /nowhere/token
[profile empty]
region = eu-central-1
`;

/** The error of opening with these variables, and with the profiles above when one is named. */
async function openError(t: TestContext, variables: Readonly<Record<string, string>>): Promise<UserError> {
  const folder = emptyFolder(t);
  const file = join(folder, "config");
  await writeFile(file, config);
  const files = "AWS_PROFILE" in variables ? { AWS_CONFIG_FILE: file } : {};
  const options = optionsFor(t, await serve(t, s3InMemory()), { HOME: folder, ...files, ...variables });
  const sink = new S3Sink("faces", "", options);
  t.after(() => sink.close());
  return sink.open(never).then(
    () => assert.fail("it opened"),
    (error: UserError) => error,
  );
}

async function assertReason(
  t: TestContext,
  variables: Readonly<Record<string, string>>,
  reason: RegExp,
): Promise<void> {
  const error = await openError(t, variables);
  assert.deepEqual([error.name, error.code, error.exitCode], ["UserError", "BUCKET_NO_CREDENTIALS", 1]);
  assert.match(error.message, /^cannot use the bucket faces: there are no credentials/);
  assert.match(error.message, reason);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not reach a terminal
  assert.doesNotMatch(error.sentence, /[\u0000-\u001f<>]|hunter2|undefined/);
  assert.ok(error.message.length < 700, error.message);
}

suite("S3: credentials of a profile", () => {
  const profiles: Readonly<Record<string, RegExp>> = {
    nowhere: /there is no profile nowhere in .*config or \/dev\/null$/,
    half: /the profile half has aws_access_key_id, but no aws_secret_access_key$/,
    "other-half": /has aws_secret_access_key, but no aws_access_key_id$/,
    "source-missing": /there is no profile gone, the source_profile of source-missing, in /,
    "source-half": /the profile half, the source_profile of source-half, has aws_access_key_id, but no/,
    "no-source": /has role_arn, but neither source_profile nor credential_source$/,
    "odd-source": /\("Unsupported credential source in profile odd-source. Got Moon/,
    "environment-source":
      /credential_source Environment, but AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not/,
    process: /the profile process provides none \("credential_process failed: log in first"\)$/,
    "process-silent": /\("credential_process failed"\)$/,
    "process-html": /\("Profile process-html credential_process returned invalid JSON."\)$/,
    "process-missing": /\("credential_process failed: .*not found"\)$/,
    "process-expired": /\("Profile process-expired credential_process returned expired credentials."\)$/,
    sso: /\("The SSO session token associated with profile=sso was not found or is invalid/,
    "sso-gone": /has sso_session gone, which .*config does not have$/,
    "sso-old": /\("The SSO session associated with this profile is invalid/,
    login: /\("Failed to load token from /,
    token: /\("ENOENT: no such file or directory, open '\/nowhere\/token'"\)$/,
    empty: /the profile empty has no credentials$/,
  };
  for (const [name, reason] of Object.entries(profiles))
    test(`why there are none: ${name}`, (t) => assertReason(t, { AWS_PROFILE: name }, reason));
});

test("a key that the SDK does not read, as there is a profile, is mentioned", async (t) => {
  const variables = { AWS_PROFILE: "nowhere", AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
  await assertReason(
    t,
    variables,
    /no profile nowhere .*; AWS_ACCESS_KEY_ID is not read, as AWS_PROFILE is set$/,
  );
});

suite("S3: credentials of the environment", () => {
  const tokenOf = (file: string) => ({ AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: role });
  const environments: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{}, /there are no credentials$/],
    [{ AWS_ACCESS_KEY_ID: "key" }, /AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not$/],
    [{ AWS_SECRET_ACCESS_KEY: "secret" }, /AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not$/],
    [tokenOf("/nowhere/token"), /the web identity token in \/nowhere\/token provides none \("ENOENT: /],
    [{ AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere/token" }, /but AWS_ROLE_ARN is not$/],
    [
      { AWS_SHARED_CREDENTIALS_FILE: "/nowhere/file" },
      /\(AWS_SHARED_CREDENTIALS_FILE\) cannot be read: no such file/,
    ],
    [{ AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.com/" }, /\("URL not accepted/],
  ];
  for (const [variables, reason] of environments)
    test(`why there are none: ${Object.keys(variables)}`, (t) => assertReason(t, variables, reason));

  const denied = '{"Code":"Denied","Message":"the pod has no role"}';
  const containers: readonly (readonly [string, Answer, RegExp])[] = [
    [
      "a refusal",
      { status: 403, body: denied },
      /answers with HTTP status 403 \("Denied: the pod has no role"\)$/,
    ],
    ["a page with 404", page(404), /answers with HTTP status 404$/],
    ["a page with 200", page(200), /answers with no credentials$/],
  ];
  for (const [what, answer, reason] of containers)
    test(`the address of a container's credentials gives none: ${what}`, async (t) => {
      const address = `${await serve(t, () => answer)}/role`;
      await assertReason(t, { AWS_CONTAINER_CREDENTIALS_FULL_URI: address }, reason);
    });

  test("a web identity token that STS refuses, in its words", async (t) => {
    const body = `<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not authorized</Message></Error></ErrorResponse>`;
    const token = join(emptyFolder(t), "token");
    await writeFile(token, "token");
    const AWS_ENDPOINT_URL_STS = await serve(t, () => ({ status: 403, body }));
    const variables = { ...tokenOf(token), AWS_ENDPOINT_URL_STS, AWS_REGION: "eu-central-1" };
    await assertReason(t, variables, /provides none \("AccessDenied: Not authorized"\)$/);
  });

  test("a service of credentials that cannot be reached may be there later", async (t) => {
    const token = join(emptyFolder(t), "token");
    await writeFile(token, "token");
    const AWS_ENDPOINT_URL_STS = "http://127.0.0.1:1";
    const error = await openError(t, { ...tokenOf(token), AWS_ENDPOINT_URL_STS, AWS_REGION: "eu-central-1" });
    assert.deepEqual([error.code, error.exitCode], ["BUCKET_UNREACHABLE", 2]);
    assert.match(error.message, /the credentials cannot be fetched: the connection was refused/);
  });

  test("a put tells why there are no credentials any more", async (t) => {
    const answers = [`{"AccessKeyId":"a","SecretAccessKey":"b","Token":"c","Expiration":"${soon()}"}`];
    const address = `${await serve(t, () => ({ status: 200, body: answers[0] ?? "" }))}/role`;
    const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: address };
    const sink = new S3Sink("faces", "", optionsFor(t, await serve(t, s3InMemory()), variables));
    t.after(() => sink.close());
    await sink.open(never);
    answers.pop();
    const expected = { name: "SinkError", code: "BUCKET_NO_CREDENTIALS", transient: true };
    await assert.rejects(putUntilExpired(sink), { ...expected, message: /answers with no credentials/ });
  });
});

/** A time at which credentials count as expired already when they are used. */
function soon(): string {
  return new Date(Date.now() + 500).toISOString();
}

async function putUntilExpired(sink: S3Sink): Promise<never> {
  for (let each = 0; ; each++) await sink.put(object(`${each}`), never);
}
