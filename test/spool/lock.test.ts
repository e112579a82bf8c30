import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { hasCode } from "../../src/base/errors.ts";
import { emptyFolder } from "../support/folder.ts";
import { openSpool } from "./fixture.ts";

const program = fileURLToPath(new URL("spool-process.ts", import.meta.url));

/** A process that opens the spool; resolves with what it says first: "open", or an error's code. */
async function start(t: TestContext, directory: string): Promise<{ child: ChildProcess; first: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", program, directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [first] = await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line");
  return { child, first };
}

test("a second process is told which process uses the spool", async (t) => {
  const directory = emptyFolder(t);
  const { child, first } = await start(t, directory);
  assert.equal(first, "open");
  await assert.rejects(openSpool(t, directory), (error) => {
    assert.ok(hasCode(error, "SPOOL_IN_USE"));
    assert.match(error.message, new RegExp(`process ${child.pid} of host`));
    return true;
  });
});

test("the lock of a killed process does not block", async (t) => {
  const directory = emptyFolder(t);
  const { child } = await start(t, directory);
  child.kill("SIGKILL");
  await once(child, "exit");
  const { spool } = await openSpool(t, directory);
  assert.equal(readdirSync(directory).filter((name) => name.startsWith("lock-")).length, 1);
  await spool.close();
  assert.equal(readdirSync(directory).filter((name) => name.startsWith("lock-")).length, 0);
});

test("of several that start at the same moment exactly one wins", async (t) => {
  const directory = emptyFolder(t);
  for (let round = 0; round < 20; round++) {
    const opened = await Promise.allSettled(Array.from({ length: 6 }, () => openSpool(t, directory)));
    const winners = opened.filter(({ status }) => status === "fulfilled");
    assert.equal(winners.length, 1);
    for (const each of opened)
      if (each.status === "rejected") assert.ok(hasCode(each.reason, "SPOOL_IN_USE"), String(each.reason));
      else await each.value.spool.close();
  }
  const processes = await Promise.all(Array.from({ length: 3 }, () => start(t, directory)));
  assert.deepEqual(processes.map(({ first }) => first).sort(), ["SPOOL_IN_USE", "SPOOL_IN_USE", "open"]);
});

test("the directory's path may be longer than a socket's", async (t) => {
  const directory = join(emptyFolder(t), "a".repeat(100), "b".repeat(100));
  await mkdir(directory, { recursive: true });
  const { spool } = await openSpool(t, directory);
  await assert.rejects(openSpool(t, directory), (error) => hasCode(error, "SPOOL_IN_USE"));
  await spool.close();
  await (await openSpool(t, directory)).spool.close();
});
