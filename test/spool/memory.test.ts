import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { emptyFolder } from "../support/folder.ts";
import { Camera, openSpool, picture } from "./fixture.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

function memoryUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test("100,000 faces of 3 kB need little memory, and are read again in bounded memory", async (t) => {
  const directory = emptyFolder(t);
  const before = memoryUsed();
  const maxBytes = 1024 ** 3;
  const first = await openSpool(t, directory, { maxBytes });
  const camera = new Camera(first.spool);
  const payload = picture(1);
  const count = 100_000;
  for (let done = 0; done < count; done += 500)
    await Promise.all(
      Array.from({ length: 500 }, () => camera.append(payload, { visit: "12", quality: 0.1 })),
    );
  // 300 MB of pictures; measured: 22 MB.
  assert.ok(memoryUsed() - before < 40e6, `${(memoryUsed() - before) / 1e6} MB`);
  await first.spool.close();

  const { spool } = await openSpool(t, directory, { maxBytes });
  assert.equal(spool.faces, count);
  // Both indexes: that of the closed spool is still referenced here.
  assert.ok(memoryUsed() - before < 80e6, `${(memoryUsed() - before) / 1e6} MB`);
  assert.equal(first.dropped.length, 0);
});
