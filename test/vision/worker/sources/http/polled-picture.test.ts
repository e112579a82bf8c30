import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { jpegFrames, never, ppm, settings, visionFor } from "../../../harness.ts";
import { httpServer } from "./server.ts";

const quick = { stallSeconds: 5, restart: { min: 20, max: 200 } };

/** Opens the URL as a camera that is asked ten times a second, and reads until `enough`. */
async function poll(t: TestContext, url: string, enough: (faces: readonly { width: number }[]) => boolean) {
  const { vision, reported } = await visionFor(t, settings(url, { fps: 10 }), quick);
  const info = await vision.open(never);
  const sizes: { width: number }[] = [];
  for await (const { faces } of vision.batches()) {
    for (const { frame } of faces) sizes.push({ width: frame.width });
    if (enough(sizes)) break;
  }
  return { info, sizes, reported };
}

function send(response: ServerResponse, picture: Buffer, type = "image/jpeg"): void {
  response.writeHead(200, { "content-type": type, "content-length": picture.length }).end(picture);
}

test("the URL of a picture is a live camera, through an error and a changing size", async (t) => {
  const [large] = await jpegFrames(t, 1);
  const [small] = await jpegFrames(t, 1, "320x240");
  assert.ok(large && small);
  let count = 0;
  const origin = await httpServer(t, (_, response) => {
    count++;
    if (count === 3) response.writeHead(503).end("busy");
    // The connection breaks in the middle of a picture.
    else if (count === 4) {
      response.writeHead(200, { "content-type": "image/jpeg", "content-length": large.length });
      response.write(large.subarray(0, 1000), () => response.destroy());
    } else send(response, count < 6 ? large : small);
  });
  const { info, sizes, reported } = await poll(
    t,
    `${origin}/snapshot.jpg`,
    (seen) => seen.at(-1)?.width === 320,
  );
  assert.equal(info.live, true);
  assert.equal(sizes[0]?.width, 640);
  assert.deepEqual(reported(), []);
});

test("other kinds of pictures are told by what they contain; a length may be missing", async (t) => {
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  const origin = await httpServer(t, ({ url }, response) => {
    if (url === "/unsized") response.writeHead(200, { "content-type": "image/jpeg" }).end(jpeg);
    else send(response, ppm("synthetic"), "application/octet-stream");
  });
  for (const path of ["/unsized", "/other"]) {
    const { info } = await poll(t, origin + path, (seen) => seen.length >= 2);
    assert.equal(info.live, true, path);
  }
});

test("a picture that has not changed is not sent again", async (t) => {
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  let unchanged = 0;
  const origin = await httpServer(t, ({ headers }, response) => {
    response.setHeader("etag", '"1"');
    if (headers["if-none-match"] !== '"1"') return send(response, jpeg);
    unchanged++;
    return response.writeHead(304).end();
  });
  await poll(t, origin, () => unchanged >= 2);
});

test("a camera that goes on failing is lost, with its reason, and opened again", async (t) => {
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  let count = 0;
  const origin = await httpServer(t, (_, response) => {
    count++;
    if (count > 2 && count < 8) response.writeHead(503).end();
    else send(response, jpeg);
  });
  const { vision, reported, reopened } = await visionFor(t, settings(origin, { fps: 10 }), quick);
  await vision.open(never);
  for await (const _ of vision.batches()) if (reopened()) break;
  assert.match(reported().join(""), /lost the camera: .*HTTP 503.*overloaded/);
});

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

/** Whether a request has the right answer to a Digest challenge (RFC 7616, 3.4.1). */
function isLoggedIn({ headers, url = "" }: IncomingMessage, password: string): boolean {
  const matches = (headers.authorization ?? "").matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g);
  const fields = Object.fromEntries([...matches].map(([, name, quoted, plain]) => [name, quoted ?? plain]));
  const { username, realm, nonce, nc, cnonce, qop, uri, response } = fields;
  if (username !== "user" || uri !== url || nonce !== "n1") return false;
  const expected = [md5(`${username}:${realm}:${password}`), nonce, nc, cnonce, qop, md5(`GET:${url}`)];
  return response === md5(expected.join(":"));
}

test("it logs in with Digest or Basic, also behind a redirect; a password is never shown", async (t) => {
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  const seen: string[] = [];
  const origin = await httpServer(t, (request, response) => {
    const { url = "", headers } = request;
    seen.push((headers.authorization ?? "").split(" ")[0] ?? "");
    if (url === "/old") return response.writeHead(302, { location: "/digest?size=1" }).end();
    if (url.startsWith("/digest")) {
      if (isLoggedIn(request, "p@ss,word")) return send(response, jpeg);
      const challenges = ['Basic realm="cam"', 'Digest realm="cam, 1", nonce="n1", qop="auth,auth-int"'];
      return response.writeHead(401, { "www-authenticate": challenges }).end();
    }
    const basic = `Basic ${Buffer.from("user:p@ss,word").toString("base64")}`;
    if (headers.authorization === basic && url === "/basic") return send(response, jpeg);
    return response.writeHead(401, { "www-authenticate": 'Basic realm="cam"' }).end();
  });
  const login = (path: string, password = "p%40ss%2Cword") =>
    `${origin.replace("//", `//user:${password}@`)}${path}`;
  await poll(t, login("/old"), (faces) => faces.length >= 2);
  // Only Digest: Basic would tell the password.
  assert.deepEqual([...new Set(seen)].sort(), ["", "Digest"]);
  await poll(t, login("/basic"), (faces) => faces.length >= 1);
  const { vision } = await visionFor(t, settings(login("/digest", "wrong-one")), quick);
  await assert.rejects(vision.open(never), (error: Error & { code?: string; sentence?: string }) => {
    assert.equal(error.code, "CAMERA_LOGIN_REFUSED");
    assert.match(error.sentence ?? "", /HTTP 401.*It refuses the user name or the password/);
    assert.doesNotMatch(error.sentence ?? "", /wrong-one/);
    return true;
  });
});
