import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { test } from "node:test";
import { FileSink } from "../../../src/sinks/file/file-sink.ts";
import { never, object } from "../objects.ts";
import { mountSmall, mountsMissing, remountReadOnly } from "./mounts.ts";

const skip = mountsMissing() ?? false;

test("a full disk is reported, keeps what it stores, and accepts objects again once there is space", {
  skip,
}, async (t) => {
  const sink = new FileSink(mountSmall(t, 400_000));
  await sink.open();
  const first = randomBytes(200_000);
  assert.equal(await sink.put(object("first", first), never), "stored");
  const second = object("second", randomBytes(300_000));
  const full = {
    name: "SinkError",
    code: "DISK_FULL",
    transient: true,
    message: /the disk is full \(ENOSPC\)/,
  };
  await assert.rejects(sink.put(second, never), full);
  assert.ok(first.equals(await readFile(sink.locate("first"))));
  await rm(sink.locate("first"));
  assert.equal(await sink.put(second, never), "stored");
});

test("a full disk is refused at the start", { skip }, async (t) => {
  const root = mountSmall(t, 40_960);
  const sink = new FileSink(root);
  await sink.open();
  await assert.rejects(sink.put(object("a", randomBytes(100_000)), never));
  await sink.put(object("a", randomBytes(40_960)), never);
  const full = {
    name: "UserError",
    code: "DISK_FULL",
    exitCode: 1,
    message: /the disk is full/,
    remedy: /Free some space/,
  };
  await assert.rejects(new FileSink(root).open(), full);
});

test("a read-only file system is refused at the start, and a later put may be retried", {
  skip,
}, async (t) => {
  const root = mountSmall(t, 400_000);
  const sink = new FileSink(root);
  await sink.open();
  remountReadOnly(root);
  const readOnly = /the file system is read-only \(EROFS\)/;
  await assert.rejects(sink.put(object("a"), never), {
    name: "SinkError",
    code: "DIRECTORY_NOT_WRITABLE",
    transient: true,
    message: readOnly,
  });
  const refusal = {
    code: "DIRECTORY_NOT_WRITABLE",
    name: "UserError",
    exitCode: 1,
    message: readOnly,
    remedy: /--to/,
  };
  await assert.rejects(new FileSink(root).open(), refusal);
});
