import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { startFacepipe } from "../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";
import { startUnresponsiveBroker } from "../support/unresponsive-broker.ts";

const skip = mosquittoMissing() ?? false;

test("a broker that forbids the status topic still gets the faces, and detect ends with 0", {
  skip,
}, async (t) => {
  const broker = await startMosquitto({ acl: ["topic readwrite faces/#"] });
  t.after(() => broker.stop());
  const camera = ["--camera", "synthetic:seconds=1,pace=off"];
  const detect = startFacepipe(t, ["detect", ...camera, "--broker", broker.url]);
  assert.deepEqual(await detect.ended, { code: 0, signal: null }, detect.stderr);
});

test("faces that a broker did not acknowledge in time are counted in the error, with 1", async (t) => {
  const broker = await startUnresponsiveBroker(t);
  const args = ["detect", "--camera", "synthetic", "--broker", broker.url, "--grace", "2"];
  const detect = startFacepipe(t, args);
  await broker.stuck;
  assert.deepEqual(await detect.stop(), { code: 1, signal: null });
  assert.match(detect.stderr, /\d+ faces did not reach mqtt:/);
});

test("stopped before its first connection, it ends with 0", async (t) => {
  const broker = ["--broker", `mqtt://127.0.0.1:${await freePort()}`, "--connect-timeout", "60"];
  const detect = startFacepipe(t, ["detect", "--camera", "synthetic:fps=5", ...broker]);
  await detect.event("connect_retry", { code: "BROKER_UNREACHABLE" });
  assert.deepEqual(await detect.stop(), { code: 0, signal: null }, detect.stderr);
});

test("a broker that closes the connection on every SUBSCRIBE is an error within --connect-timeout", async (t) => {
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
  const log = startFacepipe(t, ["log", "--broker", url, "--protocol", "3.1.1", "--connect-timeout", "1"]);
  assert.deepEqual(await log.ended, { code: 2, signal: null }, log.stderr);
  assert.match(log.stderr, /closed the connection/i);
});
