import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { type DelayProxy, startDelayProxy } from "./delay-proxy.ts";

/** A proxy in front of an echo server. */
async function echoBehindProxy(t: TestContext, rtt: number): Promise<DelayProxy> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(socket);
    socket.on("error", () => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await startDelayProxy({ target: (server.address() as AddressInfo).port, rtt });
  t.after(async () => {
    await proxy.stop();
    server.close();
  });
  return proxy;
}

function dial({ port }: { readonly port: number }) {
  return connect({ port, host: "127.0.0.1", allowHalfOpen: true });
}

/** To the server and back, without the proxy. */
async function roundTrip(port: number): Promise<void> {
  const socket = dial({ port });
  socket.end("direct");
  await buffer(socket);
}

test("bytes are echoed complete and in order, not before the round trip time", async (t) => {
  const proxy = await echoBehindProxy(t, 40);
  const bytes = randomBytes(3_000_000);
  const from = performance.now();
  const echoes = await Promise.all(
    Array.from({ length: 20 }, () => {
      const socket = dial(proxy);
      socket.end(bytes);
      return buffer(socket);
    }),
  );
  assert.ok(performance.now() - from >= 40);
  assert.ok(echoes.every((echo) => echo.equals(bytes)));
});

test("a black hole keeps the connections, and delivers what was sent once it ends", async (t) => {
  const proxy = await echoBehindProxy(t, 0);
  const socket = dial(proxy);
  socket.write("a");
  await once(socket, "data");
  await proxy.blackHole();
  socket.write("b");
  const late = dial(proxy);
  late.write("c");
  let passed = false;
  for (const each of [socket, late]) each.once("data", () => (passed = true));
  const answers = Promise.all([once(socket, "data"), once(late, "data")]);
  await once(late, "connect");
  // Without the black hole the answers would be here by now.
  for (let count = 0; count < 20; count++) await roundTrip(proxy.target);
  assert.equal(passed, false);
  await proxy.pass();
  assert.deepEqual(String(await answers), "b,c");
  socket.destroy();
  late.destroy();
});

test("refusing breaks connections and accepts no new ones, until it passes again on the same port", async (t) => {
  const proxy = await echoBehindProxy(t, 0);
  const { port } = proxy;
  const socket = dial(proxy);
  socket.write("a");
  await once(socket, "data");
  const broken = once(socket, "error");
  await proxy.refuse();
  assert.equal((await broken)[0].code, "ECONNRESET");
  assert.equal((await once(dial(proxy), "error"))[0].code, "ECONNREFUSED");
  await proxy.pass();
  assert.equal(proxy.port, port);
  const again = dial(proxy);
  again.end("d");
  assert.equal((await buffer(again)).toString(), "d");
});
