import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { oddPasswords, showsPassword } from "../../support/odd-passwords.ts";
import { checkSteps } from "./fixture.ts";

/** How a server asks for a login, and whether a request has the right one. */
interface Scheme {
  readonly challenge: string;
  readonly isRight: (request: IncomingMessage, password: string) => boolean;
}

const basic: Scheme = {
  challenge: 'Basic realm="camera"',
  isRight: ({ headers }, password) => {
    const [, text = ""] = (headers.authorization ?? "").split(" ");
    return Buffer.from(text, "base64").toString() === `admin:${password}`;
  },
};

/** By the letter of RFC 7616, section 3.4.1; or of RFC 2069, without `qop`. */
function digest(algorithm: "MD5" | "SHA-256" | "MD5-sess", qop: boolean): Scheme {
  const hash = (text: string) =>
    createHash(algorithm === "SHA-256" ? "sha256" : "md5")
      .update(text)
      .digest("hex");
  const options = `algorithm=${algorithm}, opaque="5ccc"${qop ? ', qop="auth,auth-int"' : ""}`;
  return {
    challenge: `Digest realm="a \\"camera\\"", nonce="dcd98b", ${options}`,
    isRight: ({ headers, url, method }, password) => {
      const text = headers.authorization ?? "";
      const field = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`).exec(text)?.[1] ?? "";
      assert.match(text, /realm="a \\"camera\\""/);
      assert.deepEqual([field("username"), field("uri"), field("opaque")], ["admin", url, "5ccc"]);
      const plain = hash(`admin:a "camera":${password}`);
      const key = algorithm === "MD5-sess" ? hash(`${plain}:dcd98b:${field("cnonce")}`) : plain;
      const middle = qop ? `dcd98b:${field("nc")}:${field("cnonce")}:${field("qop")}` : "dcd98b";
      return field("response") === hash(`${key}:${middle}:${hash(`${method}:${url}`)}`);
    },
  };
}

/** A server without a stream: whoever has the right login learns that (404). It sends back what it receives. */
async function serverFor(t: TestContext, { challenge, isRight }: Scheme, password: string): Promise<string> {
  const server = createServer((request, response) => {
    const echo = `${request.headers.authorization} ${password}`;
    const right = request.headers.authorization !== undefined && isRight(request, password);
    response
      .writeHead(right ? 404 : 401, { "www-authenticate": challenge, "x-echo": encodeURI(echo) })
      .end(echo);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function check(t: TestContext, scheme: Scheme, password: string, sent = password): Promise<string> {
  const host = await serverFor(t, scheme, password);
  const camera = `http://admin:${encodeURIComponent(sent)}@${host}/video?a=1&b=2`;
  const { code, list, stdout, stderr } = await checkSteps(t, ["--camera", camera, "--log-level", "trace"]);
  assert.equal(code, 1, stderr);
  assert.equal(list.at(-1)?.step, "login", stdout);
  const what = `${scheme.challenge} ${JSON.stringify(password)}: ${stdout}${stderr}`;
  assert.ok(!showsPassword(stdout + stderr), what);
  return list.at(-1)?.code ?? what;
}

/** Both in one header, each with a realm of its own; Basic would send the password itself. */
const both: Scheme = {
  ...digest("SHA-256", true),
  challenge: `Basic realm="other", ${digest("SHA-256", true).challenge}, Basic realm="last"`,
};

const digests = [
  digest("MD5", true),
  digest("MD5", false),
  digest("SHA-256", true),
  digest("MD5-sess", true),
];

for (const scheme of [basic, ...digests, both])
  test(`${scheme.challenge}: a right password is told from a wrong one`, async (t) => {
    assert.equal(await check(t, scheme, "Qzk7-vWm3"), "STREAM_NOT_FOUND");
    assert.equal(await check(t, scheme, "Qzk7-vWm3", "Qzk7-vWm4"), "CAMERA_LOGIN_REFUSED");
  });

test("odd passwords arrive as they are meant, and no output has them", async (t) => {
  const some = oddPasswords.filter((_, index) => index % 6 === 0);
  for (const [index, password] of some.entries())
    assert.equal(await check(t, index % 2 ? basic : digest("MD5", true), password), "STREAM_NOT_FOUND");
});

test("a login of another kind is not sent", async (t) => {
  const scheme = { challenge: 'Bearer realm="camera"', isRight: () => assert.fail("no login is sent") };
  assert.equal(await check(t, scheme, "Qzk7-vWm3"), "CAMERA_LOGIN_REFUSED");
});
