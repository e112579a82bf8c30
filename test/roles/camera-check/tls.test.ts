import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createServer, type TLSSocket } from "node:tls";
import { makeCertificates } from "../../support/certificates.ts";
import { emptyFolder } from "../../support/folder.ts";
import { tcpServer } from "../../support/tcp-server.ts";
import { checkSteps } from "./fixture.ts";

test("rtsps: the certificate is shown and not verified, as FFmpeg does it; the login goes through TLS", async (t) => {
  const { server: files } = await makeCertificates(emptyFolder(t), ["DNS:camera.example"], "client");
  const sockets = new Set<TLSSocket>();
  const options = { cert: readFileSync(files.cert), key: readFileSync(files.key) };
  const server = createServer(options, (socket) => {
    sockets.add(socket.on("error", () => undefined));
    socket.on("data", (bytes) => {
      const [, sequence = ""] = /^CSeq: (\d+)/m.exec(String(bytes)) ?? [];
      const status = /^Authorization: Basic ZXZlOnMzY3JldA==\r$/m.test(String(bytes))
        ? "404 Not Found"
        : "401 No";
      socket.write(`RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\nWWW-Authenticate: Basic realm="c"\r\n\r\n`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const { code, names, step } = await checkSteps(t, [
    "--camera",
    `rtsps://eve:s3cret@127.0.0.1:${port}/video`,
  ]);
  assert.equal(code, 1);
  assert.deepEqual(names, ["dns", "tcp", "tls", "login"]);
  assert.match(step("tls").detail, /^TLSv1\.\d, subject .*, 1 day left, not verified/);
  assert.equal(step("tls")["verified"], false);
  assert.equal(step("login").code, "STREAM_NOT_FOUND");
});

test("a port without TLS: the reason is said", async (t) => {
  const url = await tcpServer(t, (socket) => socket.end("RTSP/1.0 400 Bad Request\r\n\r\n"));
  const { code, list } = await checkSteps(t, ["--camera", url.replace("mqtt://", "rtsps://")]);
  assert.equal(code, 1);
  assert.deepEqual([list.at(-1)?.step, list.at(-1)?.code], ["tls", "STREAM_UNREADABLE"]);
  assert.match(list.at(-1)?.why ?? "", /does not speak TLS|handshake/);
});
