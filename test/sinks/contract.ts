import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type TestContext, test } from "node:test";
import { type Sink, SinkError } from "../../src/sinks/sink.ts";
import { never, object } from "./objects.ts";

/** An open sink without objects, and how to read what it stored. */
export interface SinkUnderTest {
  readonly sink: Sink;
  readonly read: (key: string) => Promise<Buffer>;
}

export interface ContractOptions {
  readonly open: (t: TestContext) => Promise<SinkUnderTest>;
  /** What simultaneous writers of one key get, besides the one whose object is stored. */
  readonly losers: readonly ("conflict" | "transient error")[];
}

/** The tests that every sink must pass. */
export function testSinkContract({ open, losers }: ContractOptions): void {
  const refused = { name: "SinkError", code: "OBJECT_REFUSED", transient: false };

  test("an object is stored, found again, and never replaced", async (t) => {
    const { sink, read } = await open(t);
    const key = "cam0/2026/é +%?#.png";
    assert.equal(await sink.put(object(key, "one"), never), "stored");
    assert.equal(await sink.put(object(key, "one"), never), "exists");
    assert.equal(await sink.put(object(key, "two"), never), "conflict");
    assert.equal(await sink.put(object(key, "three"), never), "conflict");
    assert.equal(String(await read(key)), "one");
    assert.ok(sink.locate(key).endsWith(`/${key}`), sink.locate(key));
  });

  for (const size of [0, 1, 5_000_000]) {
    test(`an object of ${size} bytes is stored whole and found again`, async (t) => {
      const { sink, read } = await open(t);
      const body = randomBytes(size);
      assert.equal(await sink.put(object("a.bin", body), never), "stored");
      assert.equal(await sink.put(object("a.bin", body), never), "exists");
      assert.ok(body.equals(await read("a.bin")));
    });
  }

  test("of many writers of one key one wins", async (t) => {
    const { sink, read } = await open(t);
    const bodies = Array.from({ length: 16 }, (_, index) => `body ${index}`);
    const puts = bodies.map((body) => sink.put(object("a/b.png", body), never).catch(transientError));
    const results = await Promise.all(puts);
    const others = results.filter((result) => result !== "stored");
    assert.equal(others.length, bodies.length - 1);
    for (const other of others)
      assert.ok(
        losers.some((loser) => loser === other),
        other,
      );
    assert.equal(String(await read("a/b.png")), bodies[results.indexOf("stored")]);
  });

  test("many objects at once all arrive", async (t) => {
    const { sink, read } = await open(t);
    const objects = Array.from({ length: 100 }, (_, index) => object(`cam${index % 3}/${index}.png`));
    const results = await Promise.all(objects.map((each) => sink.put(each, never)));
    assert.deepEqual(new Set(results), new Set(["stored"]));
    for (const { key, body } of objects) assert.ok(body.equals(await read(key)), key);
  });

  test("a key that leads out of the root is refused permanently", async (t) => {
    const { sink } = await open(t);
    for (const key of ["../x", "../a", "a/../../x", "/etc/x", "a//x", "a/./x", "a\0x", ""]) {
      await assert.rejects(sink.put(object(key), never), refused, JSON.stringify(key));
    }
  });

  test("a key that is too long is refused permanently", async (t) => {
    const { sink } = await open(t);
    await assert.rejects(sink.put(object("k".repeat(2000)), never), refused);
  });

  test("a put that is stopped before it starts writes nothing and may be retried", async (t) => {
    const { sink } = await open(t);
    const stopped = { name: "SinkError", code: "STOPPED", transient: true };
    await assert.rejects(sink.put(object("a", "one"), AbortSignal.abort()), stopped);
    assert.equal(await sink.put(object("a", "two"), never), "stored");
  });

  test("opening again keeps what is stored", async (t) => {
    const { sink, read } = await open(t);
    await sink.put(object("a", "one"), never);
    await sink.open(never);
    assert.equal(await sink.put(object("a", "one"), never), "exists");
    assert.equal(String(await read("a")), "one");
  });

  test("a sink can be closed twice, and opened again after that", async (t) => {
    const { sink } = await open(t);
    await sink.close();
    await sink.close();
    await sink.open(never);
    assert.equal(await sink.put(object("a"), never), "stored");
  });
}

function transientError(error: unknown): "transient error" {
  assert.ok(error instanceof SinkError && error.transient, String(error));
  return "transient error";
}
