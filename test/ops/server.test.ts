import assert from "node:assert/strict";
import { request } from "node:http";
import { type TestContext, test } from "node:test";
import { UserError } from "../../src/base/errors.ts";
import { Health, Progress } from "../../src/ops/health.ts";
import { createMetrics } from "../../src/ops/metrics.ts";
import { startOpsServer } from "../../src/ops/server.ts";

async function serve(t: TestContext, host = "127.0.0.1") {
  const [health, metrics] = [new Health(), await createMetrics()];
  const server = await startOpsServer({ host, port: 0 }, health, metrics);
  t.after(() => server.stop());
  const get = (path: string, options?: RequestInit) => fetch(`http://${server.address}${path}`, options);
  return { health, metrics, server, get };
}

test("every metric is served before its first event", async (t) => {
  const { get } = await serve(t);
  const response = await get("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const kinds = {
    counter: [
      "frames_total",
      "faces_total",
      "published_total",
      "forwarded_total",
      "stored_total",
      "rejected_total",
      "dropped_total",
    ],
    gauge: ["in_flight", "connected"],
    histogram: ["detect_seconds", "store_seconds", "end_to_end_seconds"],
  };
  for (const [kind, names] of Object.entries(kinds))
    for (const name of names) assert.match(text, new RegExp(`^# TYPE facepipe_${name} ${kind}$`, "m"));
  // A metric without labels has a value from the start.
  for (const name of ["forwarded_total", "stored_total", "in_flight", "end_to_end_seconds_count"])
    assert.match(text, new RegExp(`^facepipe_${name} 0$`, "m"));
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

test("counts are served", async (t) => {
  const { metrics, get } = await serve(t);
  metrics.addCamera("side door");
  metrics.faces.inc({ camera: "side door" }, 3);
  metrics.drop("loop");
  metrics.connected.set({ peer: "from" }, 1);
  metrics.endToEndSeconds.observe(700);
  const text = await (await get("/metrics?x=1")).text();
  assert.match(text, /^facepipe_faces_total\{camera="side door"\} 3$/m);
  // A camera has its series before its first event.
  for (const name of ["frames_total", "published_total", "detect_seconds_count"])
    assert.match(text, new RegExp(`^facepipe_${name}\\{camera="side door"\\} 0$`, "m"));
  assert.match(text, /^facepipe_dropped_total\{reason="loop"\} 1$/m);
  assert.match(text, /^facepipe_connected\{peer="from"\} 1$/m);
  assert.match(text, /^facepipe_end_to_end_seconds_bucket\{le="300"\} 0$/m);
  assert.match(text, /^facepipe_end_to_end_seconds_bucket\{le="3600"\} 1$/m);
});

test("health and readiness each follow their own checks", async (t) => {
  const { health, get } = await serve(t);
  const state = async (path: string) => {
    const response = await get(path);
    return [response.status, await response.text()];
  };
  let [sick, away]: [string | undefined, string | undefined] = [undefined, "not connected"];
  health.addLiveness(() => undefined);
  health.addLiveness(() => sick);
  health.addReadiness(() => away);
  assert.deepEqual(await state("/healthz"), [200, "ok\n"]);
  assert.deepEqual(await state("/readyz"), [503, "not connected\n"]);
  [sick, away] = ["no frame for 20 s", undefined];
  assert.deepEqual(await state("/healthz"), [503, "no frame for 20 s\n"]);
  assert.deepEqual(await state("/readyz"), [200, "ok\n"]);
  sick = undefined;
  assert.deepEqual(await state("/healthz"), [200, "ok\n"]);
});

test("stalled work is reported with its seconds", (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1e12 });
  const progress = new Progress(60_000);
  t.mock.timers.tick(60_000);
  assert.equal(progress.check("nothing was written"), undefined);
  t.mock.timers.tick(5_000);
  assert.equal(progress.check("nothing was written"), "nothing was written for 65 s");
  progress.touch();
  assert.equal(progress.check("nothing was written"), undefined);
});

test("other paths are 404, other methods 405", async (t) => {
  const { get, server } = await serve(t);
  for (const path of ["/", "/metricsx", "/healthz/", "/constructor", "/__proto__", "/%2e%2e/etc/passwd"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  for (const method of ["POST", "PUT", "DELETE"]) {
    const response = await get("/healthz", { method });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  }
  const head = await get("/healthz", { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  const [host, port] = server.address.split(":");
  const star = await new Promise<number | undefined>((resolve) =>
    request({ host, port, path: "*" }, (response) => resolve(response.resume().statusCode)).end(),
  );
  assert.equal(star, 404);
});

test("a port in use is one sentence; a stopped server frees its port", async (t) => {
  const { server, health, metrics, get } = await serve(t);
  const address = { host: "127.0.0.1", port: Number(server.address.split(":")[1]) };
  await assert.rejects(startOpsServer(address, health, metrics), (error) => {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, 1);
    assert.match(error.sentence, /on port \d+: another program uses it\. Set another --http$/);
    return true;
  });
  // A scraper's keep-alive connection must not delay the stop.
  await (await get("/metrics")).text();
  await server.stop();
  const again = await startOpsServer(address, health, metrics);
  await again.stop();
});
