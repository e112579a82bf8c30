import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.ts";
import { openSpool, picture } from "./fixture.ts";

const program = fileURLToPath(new URL("spool-process.ts", import.meta.url));

test("after kill -9 every face whose append had resolved is there", async (t) => {
  const directory = emptyFolder(t);
  const durable: string[] = [];
  for (const atOnce of ["1", "8", "64"]) {
    const child = spawn(process.execPath, ["--import", "tsx", program, directory, atOnce], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    t.after(() => child.kill("SIGKILL"));
    const before = durable.length;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== "open") durable.push(line);
      if (durable.length === before + 200) child.kill("SIGKILL");
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");

    const { spool, corrupt } = await openSpool(t, directory);
    for (const line of durable) {
      const [epoch = "", seq] = line.split(" ");
      const face = spool.find(epoch, Number(seq));
      assert.ok(face, `face ${seq} is missing`);
      assert.deepEqual(await spool.read(face), picture(face.seq));
    }
    // No holes: what was not acknowledged is at the end.
    for (const { last, faces } of spool.epochs) assert.equal(faces, last);
    assert.deepEqual(corrupt, []);
    await spool.close();
  }
});
