import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { tcpServer } from "../../support/tcp-server.ts";
import { jpegFrames } from "../../vision/harness.ts";
import { mjpegServer } from "../../vision/worker/sources/mjpeg-server.ts";
import { checkSteps } from "./fixture.ts";

async function httpServer(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/video`;
}

function part(frame: Buffer): Buffer {
  const head = `--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${frame.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), frame, Buffer.from("\r\n")]);
}

test("an MJPEG camera: every step succeeds", async (t) => {
  const server = await mjpegServer(await jpegFrames(t, 5), 20);
  t.after(() => server.close());
  const { code, stderr, names, step } = await checkSteps(t, ["--camera", server.url, "--seconds", "2"]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(names, ["dns", "tcp", "login", "open", "stream", "frames", "cpu", "picture", "faces"]);
  assert.match(step("login").detail, /^HTTP 200, no login needed, multipart\/x-mixed-replace/);
  assert.equal(step("stream")["codec"], "mjpeg");
  const rate = Number(step("frames")["rate"]);
  assert.ok(rate > 0 && rate < 60, `${rate} frames/s`);
  assert.ok(Number(step("faces")["withFaces"]) > 0);
});

test("a stream with few frames: the check says so, and what to do", async (t) => {
  const server = await mjpegServer(await jpegFrames(t, 5), 3);
  t.after(() => server.close());
  const { code, stderr, advice } = await checkSteps(t, ["--camera", server.url, "--seconds", "2"]);
  assert.equal(code, 0, stderr);
  assert.match(advice, /only \d\S* frames\/s/);
});

test("a stream that opens and then delivers nothing: the check ends with the reason", async (t) => {
  const [frame = Buffer.alloc(0)] = await jpegFrames(t, 1);
  const url = await httpServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    response.write(part(frame));
  });
  const { code, list, stderr } = await checkSteps(t, ["--camera", url, "--stall-timeout", "1"]);
  assert.equal(code, 1, JSON.stringify(list));
  assert.match(stderr, /opened, then no frame for 2 s|delivered .* no frame for 1 s/);
});

test("a stream that does not open: the check ends with the reason", async (t) => {
  const url = await httpServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" }).flushHeaders();
  });
  const { code, list } = await checkSteps(t, ["--camera", url, "--wait", "0"]);
  assert.equal(code, 1);
  assert.deepEqual([list.at(-1)?.step, list.at(-1)?.code], ["open", "CAMERA_NO_FRAMES"]);
  assert.match(list.at(-1)?.why ?? "", /answered, but did not open within 5 s/);
});

test("what is no stream: a wrong path, a web page, a server that is busy", async (t) => {
  const url = await httpServer(t, ({ url: path = "" }, response) => {
    const status = path === "/video" ? 200 : Number(path.slice(1));
    response.writeHead(status, { "content-type": "text/html" }).end("<html>hello</html>");
  });
  const reason = async (path: string) => {
    const { code, list } = await checkSteps(t, ["--camera", url.replace("/video", path)]);
    return [code, list.at(-1)?.step, list.at(-1)?.code];
  };
  assert.deepEqual(await reason("/404"), [1, "login", "STREAM_NOT_FOUND"]);
  assert.deepEqual(await reason("/403"), [1, "login", "CAMERA_LOGIN_REFUSED"]);
  assert.deepEqual(await reason("/503"), [1, "login", "STREAM_REFUSED"]);
  assert.deepEqual(await reason("/500"), [1, "login", "STREAM_REFUSED"]);
  assert.deepEqual(await reason("/video"), [1, "open", "STREAM_UNREADABLE"]);
});

test("a login over HTTP: the connection may be closed in between", async (t) => {
  const [frame = Buffer.alloc(0)] = await jpegFrames(t, 1);
  const wanted = `Basic ${Buffer.from("eve:s3cret/x").toString("base64")}`;
  const url = await httpServer(t, ({ headers }, response) => {
    if (headers.authorization !== wanted)
      return response
        .writeHead(401, { "www-authenticate": 'Basic realm="camera"', connection: "close" })
        .end(`no: ${headers.authorization}`);
    response.writeHead(200, { "content-type": "multipart/x-mixed-replace; boundary=frame" });
    const sending = setInterval(() => response.write(part(frame)), 50);
    response.on("close", () => clearInterval(sending));
    return response;
  });
  const right = await checkSteps(t, ["--camera", url.replace("//", "//eve:s3cret%2Fx@")]);
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.step("login").detail, /user name and password accepted/);
  const wrong = await checkSteps(t, ["--camera", url.replace("//", "//eve:s3cret@")]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /user name or password refused \(401\)/);
  const missing = await checkSteps(t, ["--camera", url]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /asks for a user name and a password/);
  for (const { stdout, stderr } of [right, wrong]) assert.doesNotMatch(stdout + stderr, /s3cret|ZXZlOn/);
});

test("hostile answers end the check soon: endless heads, other protocols, echoes", async (t) => {
  const answers: Readonly<Record<string, Buffer>> = {
    "another protocol": Buffer.from("SSH-2.0-OpenSSH_9.2\r\n"),
    "a head without an end": Buffer.alloc(100_000, "RTSP/1.0 200 OK\r\nX: y\r\n"),
    "no status": Buffer.from("RTSP/1.0 hello\r\n\r\n"),
    "escape sequences": Buffer.from("RTSP/1.0 302 \x1b[2J\r\nLocation: \x1b[2Js3cret\r\n\r\n"),
    "a body that is longer than any memory": Buffer.from(
      "RTSP/1.0 200 OK\r\nContent-Length: 99999999999999\r\n\r\nv=0\r\n",
    ),
    nothing: Buffer.alloc(0),
  };
  for (const [what, answer] of Object.entries(answers)) {
    const url = await tcpServer(t, (socket) => {
      socket.on("data", () => undefined);
      socket.end(answer);
    });
    const camera = url.replace("mqtt://", "rtsp://eve:s3cret@");
    const { code, stdout, stderr } = await checkSteps(t, ["--camera", camera, "--connect-timeout", "2"]);
    assert.ok(code === 1 || code === 2, `${what}: ${code} ${stderr}`);
    assert.doesNotMatch(stderr, /bug of facepipe/, what);
    assert.doesNotMatch(stdout + stderr, /s3cret/, what);
    assert.ok(!`${stdout}${stderr}`.includes("\x1b"), what);
  }
});
