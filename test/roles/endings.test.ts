import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { facepipe } from "../pipeline/program.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";

const skip = mosquittoMissing() ?? false;

test("a broker that forbids the status topic takes faces all the same, and the end is 0", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ acl: ["topic readwrite faces/#"] });
  t.after(() => broker.stop());
  const camera = ["--camera", "synthetic:seconds=1,pace=off"];
  const detect = facepipe(t, ["detect", ...camera, "--broker", broker.url]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.err);
});

test("faces that a broker which hangs did not take are told, with 1", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const port = await freePort();
  const options = ["--broker", broker.url, "--grace", "2", "--http", `127.0.0.1:${port}`];
  const detect = facepipe(t, ["detect", "--camera", "synthetic", ...options]);
  await detect.logged(/connected to/);
  broker.pause();
  t.after(() => broker.resume());
  const inFlight = async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^facepipe_in_flight (\d+)/m.exec(metrics)?.[1]);
  };
  while (!((await inFlight()) > 0));
  assert.deepEqual(await detect.stop(), { code: 1, signal: null });
  assert.match(detect.err, /\d+ faces did not reach mqtt:/);
});

test("stopped while it waits for its first broker, it ends with 0", async (t) => {
  const broker = ["--broker", `mqtt://127.0.0.1:${await freePort()}`, "--connect-timeout", "60"];
  const detect = facepipe(t, ["detect", "--camera", "synthetic:fps=5", ...broker]);
  await detect.logged(/nobody listens/);
  assert.deepEqual(await detect.stop(), { code: 0, signal: null }, detect.err);
});

test("a broker that closes on every SUBSCRIBE is an error in the time given, not a wait for ever", async (t) => {
  // CONNACK of MQTT 3.1.1; whatever comes after CONNECT ends the connection.
  const server = createServer((socket) => {
    socket
      .on("error", () => undefined)
      .once("data", () => {
        socket.write(Buffer.from([0x20, 2, 0, 0]));
        socket.once("data", () => socket.destroy());
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const url = `mqtt://127.0.0.1:${port}`;
  const log = facepipe(t, ["log", "--broker", url, "--protocol", "3.1.1", "--connect-timeout", "1"]);
  assert.deepEqual(await log.ended, { code: 2, signal: null }, log.err);
  assert.match(log.err, /closed the connection/i);
});
