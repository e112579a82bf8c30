import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { faceMessages } from "../../pipeline/faces.ts";
import { page, type Service, s3InMemory, serve } from "../../sinks/s3/stand-in.ts";
import { facepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;
const login = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "a-secret-key" };
const toBucket = ["store", "--to", "s3://faces", "--path-style"];

suite("store at a service that does not answer as S3", () => {
  test("a web page ends it with one sentence and exit code 1", async (t) => {
    const endpoint = await serve(t, () => page(200));
    const { code, stderr } = await facepipe(t, [...toBucket, "--endpoint", endpoint], { env: login });
    assert.equal(code, 1);
    assert.match(stderr, /"code":"BUCKET_NOT_S3"/);
    assert.match(stderr, /^facepipe: cannot use the bucket faces: .*no ETag, so it is not S3 that answers/m);
  });

  const ends: Readonly<Record<string, readonly [() => Service, RegExp]>> = {
    "a proxy without its service": [() => () => page(502), /: HTTP status 502, and not an answer of S3\./],
    "a proxy whose service then hangs": [
      () => {
        let requests = 0;
        return () => (requests++ === 0 ? page(502) : "hang");
      },
      /: HTTP status 502, and not an answer of S3\./,
    ],
    "a service that hangs": [() => () => "hang", /did not respond within 5 s/],
  };
  for (const [what, [service, message]] of Object.entries(ends))
    test(`after --connect-timeout the reason is told, with exit code 2: ${what}`, async (t) => {
      const endpoint = await serve(t, service());
      const args = [...toBucket, "--endpoint", endpoint, "--connect-timeout", "5"];
      const { code, stderr } = await facepipe(t, args, { env: login });
      assert.equal(code, 2);
      assert.match(stderr.split("\n").findLast((line) => line.startsWith("facepipe: ")) ?? "", message);
    });

  test("nobody who listens is told, too", async (t) => {
    const args = [...toBucket, "--endpoint", "http://127.0.0.1:1", "--connect-timeout", "1"];
    const { code, stderr } = await facepipe(t, args, { env: login });
    assert.equal(code, 2);
    assert.match(stderr, /^facepipe: .*the connection was refused \(ECONNREFUSED 127\.0\.0\.1:1\)/m);
  });

  test("a program that prints no credentials does not hold the end", async (t) => {
    const file = join(emptyFolder(t), "config");
    await writeFile(file, "[default]\ncredential_process = sleep 20\n");
    const env = { AWS_CONFIG_FILE: file };
    const endpoint = await serve(t, s3InMemory());
    const args = [...toBucket, "--endpoint", endpoint, "--connect-timeout", "5"];
    const { code, stderr } = await facepipe(t, args, { env });
    assert.equal(code, 2);
    assert.match(stderr, /did not respond within 5 s/);
  });
});

suite("variables of the AWS SDK", { skip }, () => {
  test("spaces and newlines at their ends, and empty variables, are left out", async (t) => {
    const broker = await roomyBroker(t);
    const objects = new Map<string, Buffer>();
    const s3 = s3InMemory(objects);
    const scopes = new Set<string>();
    const endpoint = await serve(t, (request) => {
      scopes.add(/Credential=([^,]*),/.exec(request.headers.authorization ?? "")?.[1] ?? "");
      return s3(request);
    });
    const env = {
      AWS_ACCESS_KEY_ID: "key\n",
      AWS_SECRET_ACCESS_KEY: " a-secret-key\r\n",
      AWS_REGION: "\teu-central-1\n",
      AWS_ENDPOINT_URL_S3: ` ${endpoint}\n`,
      AWS_REQUEST_CHECKSUM_CALCULATION: "when_required \n",
      AWS_SESSION_TOKEN: "",
      AWS_PROFILE: " \n",
      AWS_USE_FIPS_ENDPOINT: "",
      AWS_MAX_ATTEMPTS: "\n",
    };
    const program = await storeTo(t, broker, "s3://faces", env, "--path-style");
    await publishFaces(t, broker, faceMessages(3));
    await program.eventTimes("object_written", 3);
    assert.equal(objects.size, 3);
    assert.equal(scopes.size, 1);
    assert.match([...scopes][0] ?? "", /^key\/\d+\/eu-central-1\/s3\/aws4_request$/);
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
  });

  for (const args of [
    toBucket,
    ["audit", "--from", "s3://faces"],
    ["erase", "--from", "s3://faces", "--camera", "a", "--yes"],
  ])
    test(`a wrong one is refused by name, with exit code 3: ${args[0]}`, async (t) => {
      const { code, stderr } = await facepipe(t, args, { env: { ...login, AWS_REGION: "eu central\n" } });
      assert.equal(code, 3);
      assert.match(stderr, /^facepipe: cannot use the bucket faces: AWS_REGION "eu central" must be/m);
    });

  test("a secret is not shown, whoever says it", async (t) => {
    const words = `<Error><Code>AccessDenied</Code><Message>not with ${login.AWS_SECRET_ACCESS_KEY}</Message></Error>`;
    const endpoint = await serve(t, () => ({ status: 403, body: words }));
    const { code, stderr } = await facepipe(t, [...toBucket, "--endpoint", endpoint], { env: login });
    assert.equal(code, 1);
    assert.match(stderr, /AccessDenied: \\?"not with \*\*\*\\?"/);
    assert.doesNotMatch(stderr, /a-secret-key/);
  });
});

test("a web page in the place of S3 loses no face", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const objects = new Map<string, Buffer>();
  const s3 = s3InMemory(objects);
  let isS3 = true;
  const endpoint = await serve(t, (request) => (isS3 ? s3(request) : page(200)));
  const program = await storeTo(
    t,
    broker,
    "s3://faces",
    { ...login, AWS_ENDPOINT_URL_S3: endpoint },
    "--path-style",
  );
  const faces = faceMessages(30);
  await publishFaces(t, broker, faces.slice(0, 10));
  await program.eventTimes("object_written", 10);
  isS3 = false;
  await publishFaces(t, broker, faces.slice(10));
  const { msg } = await program.event("write_retry", { code: "BUCKET_NOT_S3" });
  assert.match(msg, /no ETag, so it is not S3 that answers/);
  assert.equal(program.events("object_written").length, 10);
  isS3 = true;
  await program.eventTimes("object_written", 30);
  assert.equal(objects.size, 30);
  assert.equal(program.events("object_dropped").length, 0);
  assert.deepEqual(await program.stop(), { code: 0, signal: null });
});

test("a service without deletion that ignores Content-MD5 starts again and again", { skip }, async (t) => {
  const broker = await roomyBroker(t);
  const s3 = s3InMemory();
  const endpoint = await serve(t, (request) => {
    if (request.method === "DELETE")
      return { status: 501, body: "<Error><Code>NotImplemented</Code></Error>" };
    const { "content-md5": _, ...headers } = request.headers;
    return s3({ ...request, headers });
  });
  for (const _ of [1, 2]) {
    const program = await storeTo(
      t,
      broker,
      "s3://faces",
      { ...login, AWS_ENDPOINT_URL_S3: endpoint },
      "--path-style",
    );
    assert.deepEqual(await program.stop(), { code: 0, signal: null });
  }
});
