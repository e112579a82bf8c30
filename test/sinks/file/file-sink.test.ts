import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FileSink } from "../../../src/sinks/file/file-sink.ts";
import { never, object } from "../objects.ts";

async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "facepipe-file-sink-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function openSink(t: TestContext): Promise<FileSink> {
  const sink = new FileSink(join(await temporaryDirectory(t), "made", "when missing"));
  await sink.open();
  return sink;
}

test("a file is stored, found again, and never replaced", async (t) => {
  const sink = await openSink(t);
  const key = "cam0/2026/11/21/face.png";
  assert.equal(await sink.put(object(key, "one"), never), "stored");
  assert.equal(await sink.put(object(key, "one"), never), "exists");
  assert.equal(await sink.put(object(key, "two"), never), "conflict");
  assert.equal(await readFile(sink.locate(key), "utf8"), "one");
});

test("of many writers of one key one wins", async (t) => {
  const sink = await openSink(t);
  const bodies = Array.from({ length: 16 }, (_, index) => `body ${index}`);
  const results = await Promise.all(bodies.map((body) => sink.put(object("a/b.png", body), never)));
  assert.equal(results.filter((result) => result === "stored").length, 1);
  assert.equal(results.filter((result) => result === "conflict").length, 15);
  assert.equal(await readFile(sink.locate("a/b.png"), "utf8"), bodies[results.indexOf("stored")]);
});

test("a reader never sees part of a file, and nothing is left over", async (t) => {
  const sink = await openSink(t);
  const count = 2000;
  const body = randomBytes(100_000);
  const folder = sink.locate("cam0");
  await mkdir(folder);
  let writing = true;
  let seen = 0;
  const read = async () => {
    while (writing) {
      for (const name of await readdir(folder)) {
        if (Math.random() < 0.02) {
          assert.ok(body.equals(await readFile(join(folder, name))), `${name} is not whole`);
          seen += 1;
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
  assert.ok(seen > 0);
  assert.equal((await readdir(folder)).length, count);
  assert.deepEqual(await readdir(join(folder, "..", ".facepipe-tmp")), []);
});

for (const key of ["../x", "a/../../x", "/etc/x", "a//x", "a/./x", "a\0x", "", ".facepipe-tmp/x"]) {
  test(`the key ${JSON.stringify(key)} is refused for good`, async (t) => {
    const sink = await openSink(t);
    await assert.rejects(sink.put(object(key), never), { name: "SinkError", transient: false });
  });
}

test("a name the file system cannot take is refused for good", async (t) => {
  const sink = await openSink(t);
  const long = sink.put(object(`${"x".repeat(300)}.png`), never);
  await assert.rejects(long, { name: "SinkError", transient: false, message: /the name is too long/ });
  await sink.put(object("a"), never);
  const below = sink.put(object("a/b"), never);
  // Somebody may take it away.
  await assert.rejects(below, { transient: true, message: /a file stands where a folder should be/ });
});

test("a stopped put says that it may be tried again", async (t) => {
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
    exitCode: 1,
    message: /is not a directory/,
  });
  await assert.rejects(new FileSink(join(path, "x")).open(), { exitCode: 1, message: /is not a directory/ });
});

test("a directory that vanished is waited for", async (t) => {
  const sink = await openSink(t);
  await rm(join(sink.locate("a"), ".."), { recursive: true });
  const gone = { name: "SinkError", transient: true, message: /the directory is gone \(ENOENT\)/ };
  await assert.rejects(sink.put(object("a"), never), gone);
});

const mayWriteAnywhere =
  process.getuid?.() === 0 && "root may write everywhere (file-disk.test.ts has mounts for it)";

test("a directory without permission is refused, and waited for later", {
  skip: mayWriteAnywhere,
}, async (t) => {
  const root = await temporaryDirectory(t);
  const sink = new FileSink(root);
  await sink.open();
  await chmod(root, 0o555);
  const denied = /no permission to write here \(EACCES\)/;
  await assert.rejects(sink.put(object("a"), never), { transient: true, message: denied });
  const lower = new FileSink(join(root, "below"));
  await assert.rejects(lower.open(), { exitCode: 1, message: denied, remedy: /Give this user the right/ });
  await chmod(root, 0o755);
});

test("what a killed run left is removed after a day, and not before", async (t) => {
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

test("files get the usual rights", async (t) => {
  const sink = await openSink(t);
  await sink.put(object("a"), never);
  assert.equal((await stat(sink.locate("a"))).mode & 0o777, 0o666 & ~process.umask());
});
