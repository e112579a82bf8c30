import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeCertificates } from "../support/certificates.ts";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { tcpServer } from "../support/tcp-server.ts";
import { jpegFrames } from "../vision/harness.ts";
import { cameraVideo, ffmpeg, withoutFfmpeg } from "../vision/worker/sources/cameras/video.ts";
import { httpServer, serveFile } from "../vision/worker/sources/http/server.ts";

/** Ends without --limit, when the source ends. */
async function facesIn(t: TestContext, camera: string, cwd: string): Promise<number> {
  const args = ["detect", "--dry-run", "--detector", "haar", "--emit", "all", `--camera=${camera}`];
  const { code, stdout, stderr } = await facepipe(t, args, { cwd });
  assert.equal(code, 0, `${camera}: ${stderr}`);
  return stdout.trimEnd().split("\n").length;
}

test("a video is one under any name", { skip: withoutFfmpeg }, async (t) => {
  const folder = emptyFolder(t);
  const video = join(folder, "video.mp4");
  ffmpeg(["-i", cameraVideo(), "-frames:v", "10", "-c", "copy", video]);
  mkdirSync(join(folder, "a:b %d"));
  symlinkSync(video, join(folder, "link"));
  const names = [
    "2026-11-25T13:19:57.mp4",
    "clip%03d.mp4",
    "-what?#[1] it's*.mp4",
    "concat:a|b",
    "rtsp:camera.mp4",
    "C:\\clips\\1.mp4",
    "grüße.mp4",
    "a:b %d/~",
  ];
  for (const name of names) {
    copyFileSync(video, join(folder, name));
    assert.ok((await facesIn(t, name, folder)) >= 9, name);
  }
  // These names mean something else alone.
  for (const name of ["0", "synthetic:faces=2", "file:x"]) {
    copyFileSync(video, join(folder, name));
    assert.ok((await facesIn(t, `./${name}`, folder)) >= 9, name);
  }
  const encoded = encodeURI(join(folder, "grüße.mp4"));
  for (const url of [
    `file://${encoded}`,
    `file://localhost${encoded}`,
    "file:2026-11-25T13%3A19:57.mp4",
    "link",
  ])
    assert.ok((await facesIn(t, url, folder)) >= 9, url);
});

test("an address that is no source: what came and what to do, without guesses", async (t) => {
  const folder = emptyFolder(t);
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  const answers: Readonly<Record<string, readonly [number, string, string]>> = {
    "/page": [200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Camera</title>"],
    "/json": [200, "application/json", '{"error":"no such stream"}'],
    "/empty": [200, "multipart/x-mixed-replace; boundary=x", ""],
    "/picture": [200, "image/jpeg", "no picture"],
    "/login": [401, "text/plain", ""],
    "/forbidden": [403, "text/plain", ""],
    "/busy": [503, "text/plain", ""],
    "/nothing": [404, "text/plain", ""],
  };
  const origin = await httpServer(t, ({ url = "" }, response) => {
    if (url === "/circle") return response.writeHead(302, { location: url }).end();
    const [status, type, body] = answers[url] ?? [500, "", ""];
    return response.writeHead(status, { "content-type": type }).end(body);
  });
  const sentences = {
    "/page": /answers with a web page, not a stream \(HTTP 200 OK, text\/html/,
    "/json": /\(HTTP 200 OK, application\/json\)/,
    "/empty": /has no JPEG picture \(HTTP 200 OK, multipart/,
    "/picture": /no picture that OpenCV can read \(HTTP 200 OK, image\/jpeg\)/,
    "/login": /HTTP 401 .*It asks for a user name and password/,
    "/forbidden": /HTTP 403 .*It forbids this/,
    "/busy": /HTTP 503 .*overloaded/,
    "/nothing": /HTTP 404 .*There is nothing at this path/,
    "/circle": /HTTP 302 .*It redirects in a circle/,
  };
  for (const [path, sentence] of Object.entries(sentences)) {
    const args = ["detect", "--dry-run", "--detector", "haar", "--camera", origin + path];
    const { code, stderr } = await facepipe(t, args, { cwd: folder });
    assert.equal(code, 1, stderr);
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    assert.match(last, sentence);
    if (!["/login", "/forbidden"].includes(path)) assert.doesNotMatch(last, /user name|password/);
  }
  const other = await tcpServer(t, (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
  const args = ["detect", "--dry-run", "--detector", "haar", "--camera", other.replace("mqtt:", "http:")];
  const ssh = await facepipe(t, args, { cwd: folder });
  assert.equal(ssh.code, 1);
  assert.match(ssh.stderr, /Check the port in the URL, and whether it is http:\/\/ there$/m);
  const { code, stderr } = await facepipe(t, ["detect", "--dry-run", "--camera", "~/x.mp4"], { cwd: folder });
  assert.equal(code, 1);
  assert.match(stderr, /write the whole path$/m);
  const nas = await facepipe(t, ["detect", "--dry-run", "--camera", "file://nas/x.mp4"], { cwd: folder });
  assert.equal(nas.code, 3);
  assert.match(nas.stderr, /names a file of another machine/);
});

test("a certificate is verified, and one's own can be trusted", async (t) => {
  const folder = emptyFolder(t);
  const [jpeg] = await jpegFrames(t, 1);
  assert.ok(jpeg);
  const { ca, server: own } = await makeCertificates(folder, ["IP:127.0.0.1"], "client");
  const server = createServer(
    { cert: readFileSync(own.cert), key: readFileSync(own.key) },
    (request, response) => serveFile(jpeg, request, response, { ranges: false, type: "image/jpeg" }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const camera = `https://127.0.0.1:${(server.address() as AddressInfo).port}/snapshot`;
  const args = ["detect", "--dry-run", "--detector", "haar", "--limit", "1", "--camera", camera];
  const refused = await facepipe(t, args);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /has a certificate that is not accepted: .*NODE_EXTRA_CA_CERTS=FILE/);
  const trusted = await facepipe(t, args, { env: { NODE_EXTRA_CA_CERTS: ca } });
  assert.equal(trusted.code, 0, trusted.stderr);
  const plain = await facepipe(t, [...args.slice(0, -1), camera.replace("https:", "http:")]);
  assert.notEqual(plain.code, 0);
});
