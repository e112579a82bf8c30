import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { cephMissing } from "../../support/ceph.ts";
import { startDelayProxy } from "../../support/delay-proxy.ts";
import { never, object } from "../objects.ts";
import { useCeph } from "./fixture.ts";

suite("S3: outage", { skip: cephMissing() ?? false }, () => {
  const s3 = useCeph();

  test("a put to a service that does not respond may be retried, and succeeds once it responds", async (t) => {
    const proxy = await startDelayProxy({ target: Number(new URL(s3.ceph.endpoint).port) });
    t.after(() => proxy.stop());
    const { bucket } = await s3.openSink(t);
    const behindProxy = { endpoint: `http://127.0.0.1:${proxy.port}`, timeout: 1000 };
    const sink = s3.newSink(t, bucket, behindProxy);
    await sink.open(never);
    await proxy.blackHole();
    const silent = /no answer in time/;
    await Promise.all([
      assert.rejects(sink.put(object("a", "one"), never), {
        name: "SinkError",
        code: "BUCKET_UNREACHABLE",
        transient: true,
        message: silent,
      }),
      assert.rejects(s3.newSink(t, bucket, behindProxy).open(never), {
        code: "BUCKET_UNREACHABLE",
        exitCode: 2,
        message: silent,
      }),
    ]);
    await proxy.refuse();
    const refused = { name: "SinkError", transient: true, message: /ECONNREFUSED/ };
    await assert.rejects(sink.put(object("a", "one"), never), refused);
    await proxy.pass();
    // The first put's bytes may have been buffered in the proxy, and stored once it passes them.
    assert.match(await sink.put(object("a", "one"), never), /^(stored|exists)$/);
  });

  test("a restart of the gateway breaks the keep-alive connections, but no put fails", async (t) => {
    const { sink } = await s3.openSink(t);
    assert.equal(await sink.put(object("a"), never), "stored");
    await s3.ceph.stopGateway();
    await s3.ceph.startGateway();
    assert.equal(await sink.put(object("b"), never), "stored");
  });

  test("a stopped put ends at once and may be retried", async (t) => {
    const proxy = await startDelayProxy({ target: Number(new URL(s3.ceph.endpoint).port) });
    t.after(() => proxy.stop());
    const { sink } = await s3.openSink(t, { endpoint: `http://127.0.0.1:${proxy.port}` });
    await proxy.blackHole();
    const stop = new AbortController();
    const put = sink.put(object("a"), stop.signal);
    stop.abort();
    await assert.rejects(put, { name: "SinkError", code: "STOPPED", transient: true });
  });
});
