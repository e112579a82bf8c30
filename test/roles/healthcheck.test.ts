import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { Health } from "../../src/ops/health.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import { startOpsServer } from "../../src/ops/server.ts";
import { facepipe, startFacepipe } from "../support/facepipe.ts";

async function roleWith(t: TestContext, health: Health) {
  const server = await startOpsServer({ host: "127.0.0.1", port: 0 }, health, await createMetrics());
  t.after(() => server.stop());
  return server.address;
}

test("a running role is healthy; its address comes from the variable that the role itself reads", async (t) => {
  const args = ["detect", "--camera", "synthetic", "--dry-run", "--http", "127.0.0.1:0"];
  const role = startFacepipe(t, args);
  const { host } = new URL(await role.httpUrl());
  await role.printed(/\n/);
  const { code, stdout, stderr } = await facepipe(t, ["healthcheck"], { env: { FACEPIPE_HTTP: host } });
  assert.deepEqual([code, stdout, stderr], [0, "ok\n", ""]);
});

test("an unhealthy role is reported with the reasons", async (t) => {
  const health = new Health();
  health.addLiveness(() => "no frame for 20 s");
  health.addLiveness(() => "nothing was written for 65 s");
  const { code, stdout, stderr } = await facepipe(t, ["healthcheck", "--http", await roleWith(t, health)]);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.equal(
    stderr,
    "facepipe: the role is not healthy: no frame for 20 s; nothing was written for 65 s. See its log\n",
  );
});

test("a role that listens on all addresses is asked on the loopback address", async (t) => {
  const port = (await roleWith(t, new Health())).split(":")[1];
  for (const address of [`${port}`, `0.0.0.0:${port}`]) {
    const { code, stderr } = await facepipe(t, ["healthcheck", "--http", address]);
    assert.deepEqual([code, stderr], [0, ""]);
  }
});

test("no server, and a server that does not answer, is unreachable", async (t) => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const { port } = silent.address() as { port: number };
  const hung = await facepipe(t, ["healthcheck", "--http", `127.0.0.1:${port}`, "--timeout", "0.5"]);
  assert.equal(hung.code, 2);
  assert.match(hung.stderr, /no answer within 0\.5 s\. Start the role with --http\n$/);
  silent.close();
  const { code, stderr } = await facepipe(t, ["healthcheck", "--http", `127.0.0.1:${port}`]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^facepipe: no role answers at http:\/\/127\.0\.0\.1:\d+\/healthz: the connection was refused \(ECONNREFUSED\)\. /,
  );
});
