import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FileSink } from "../../../src/sinks/file/file-sink.ts";
import { never, object } from "../objects.ts";
import { openSink, temporaryDirectory } from "./fixture.ts";

test("a reader never reads part of a file, and no temporary file remains", async (t) => {
  const sink = await openSink(t);
  const count = 2000;
  const body = randomBytes(100_000);
  const folder = sink.locate("cam0");
  await mkdir(folder);
  let writing = true;
  let complete = 0;
  const read = async () => {
    while (writing) {
      for (const name of await readdir(folder)) {
        if (Math.random() < 0.02) {
          assert.ok(body.equals(await readFile(join(folder, name))), `${name} is not whole`);
          complete += 1;
        }
      }
    }
  };
  const reading = read();
  let next = 0;
  const write = async () => {
    for (let index = next++; index < count; index = next++) {
      assert.equal(await sink.put(object(`cam0/${index}.png`, body), never), "stored");
    }
  };
  await Promise.all(Array.from({ length: 16 }, write));
  writing = false;
  await reading;
  assert.ok(complete > 0);
  assert.equal((await readdir(folder)).length, count);
  assert.deepEqual(await readdir(join(folder, "..", ".facepipe-tmp")), []);
});

test("a key in the folder for temporary files is refused permanently", async (t) => {
  const sink = await openSink(t);
  const refused = { name: "SinkError", code: "OBJECT_REFUSED", transient: false };
  await assert.rejects(sink.put(object(".facepipe-tmp/x"), never), refused);
});

test("a name that is too long for the file system is refused permanently", async (t) => {
  const sink = await openSink(t);
  const long = sink.put(object(`${"x".repeat(300)}.png`), never);
  await assert.rejects(long, {
    name: "SinkError",
    code: "OBJECT_REFUSED",
    transient: false,
    message: /the name is too long/,
  });
});

test("a file where a folder is needed may be removed, so the put may be retried", async (t) => {
  const sink = await openSink(t);
  await sink.put(object("a"), never);
  const below = sink.put(object("a/b"), never);
  await assert.rejects(below, {
    transient: true,
    message: /a part of the path is not a directory \(ENOTDIR\)/,
  });
});

test("a stopped put creates no file and may be retried", async (t) => {
  const sink = await openSink(t);
  const put = sink.put(object("a"), AbortSignal.abort());
  await assert.rejects(put, { name: "SinkError", transient: true });
  assert.ok(!existsSync(sink.locate("a")));
});

test("a file where the directory should be is refused", async (t) => {
  const path = join(await temporaryDirectory(t), "file");
  await writeFile(path, "");
  await assert.rejects(new FileSink(path).open(), {
    name: "UserError",
    code: "DIRECTORY_NOT_WRITABLE",
    exitCode: 1,
    message: /is not a directory/,
  });
  await assert.rejects(new FileSink(join(path, "x")).open(), { exitCode: 1, message: /is not a directory/ });
});

test("a put into a directory that was deleted may be retried", async (t) => {
  const sink = await openSink(t);
  await rm(join(sink.locate("a"), ".."), { recursive: true });
  const gone = { name: "SinkError", transient: true, message: /no such file or directory \(ENOENT\)/ };
  await assert.rejects(sink.put(object("a"), never), gone);
});

const mayWriteAnywhere =
  process.getuid?.() === 0 && "root may write everywhere (disk.test.ts mounts file systems for it)";

test("a directory without write permission is refused at the start, and a later put may be retried", {
  skip: mayWriteAnywhere,
}, async (t) => {
  const root = await temporaryDirectory(t);
  const sink = new FileSink(root);
  await sink.open();
  await chmod(root, 0o555);
  const denied = /permission denied \(EACCES\)/;
  await assert.rejects(sink.put(object("a"), never), { transient: true, message: denied });
  const lower = new FileSink(join(root, "below"));
  await assert.rejects(lower.open(), { exitCode: 1, message: denied, remedy: /Allow this user to write/ });
  await chmod(root, 0o755);
});

test("temporary files of a killed run are removed after a day, and not before", async (t) => {
  const root = await temporaryDirectory(t);
  const folder = join(root, ".facepipe-tmp");
  await mkdir(folder);
  await writeFile(join(folder, "old"), "");
  await writeFile(join(folder, "young"), "");
  const longAgo = Date.now() / 1000 - 25 * 60 * 60;
  await utimes(join(folder, "old"), longAgo, longAgo);
  await new FileSink(root).open();
  assert.deepEqual(await readdir(folder), ["young"]);
});

test("files have the usual permissions", async (t) => {
  const sink = await openSink(t);
  await sink.put(object("a"), never);
  assert.equal((await stat(sink.locate("a"))).mode & 0o777, 0o666 & ~process.umask());
});
