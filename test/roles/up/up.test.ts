import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { objectsInFolder } from "../../pipeline/objects.ts";
import { foretell } from "../../pipeline/pipeline.ts";
import { facepipe } from "../../pipeline/program.ts";
import { emptyFolder } from "../../support/folder.ts";

/** Where `up` would like to have its edge broker; whoever has it already may stay. */
async function occupy(t: TestContext, port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  t.after(() => server.close());
  await Promise.race([once(server, "listening"), once(server, "error")]).catch(() => undefined);
}

function pictures(keys: Iterable<string>): string[] {
  return [...keys].filter((key) => key.endsWith(".png"));
}

test("a scene with an end: all its faces are in the folder, and the summary counts them", async (t) => {
  const foretold = await foretell(t, "synthetic:faces=2,seconds=3,seed=3,pace=off");
  const folder = emptyFolder(t);
  const program = facepipe(t, ["up", "--camera", "synthetic:faces=2,seconds=3,seed=3", "--to", folder]);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.err);
  assert.match(program.out, /^edge broker +mqtt:\/\/127\.0\.0\.1:\d+$/m);
  const n = foretold.length;
  assert.match(
    program.out,
    new RegExp(`^${n} faces found, ${n} published, ${n} forwarded, ${n} stored in `, "m"),
  );
  assert.equal(pictures((await objectsInFolder(folder)).keys()).length, n);
});

test("Ctrl-C on a camera that never ends stops in the order of the flow: what was found is stored", async (t) => {
  await occupy(t, 1883);
  const folder = emptyFolder(t);
  const program = facepipe(t, ["up", "--camera", "synthetic:faces=1", "--to", folder]);
  await program.printed(/^edge broker/m);
  assert.doesNotMatch(program.out, /:1883$/m);
  // The lines of `log`, one for each face.
  await program.printedTimes(/QoS 1/g, 10);
  assert.deepEqual(await program.stop("SIGINT"), { code: 0, signal: null });
  const [, found, , , stored] =
    /^(\d+) faces found, (\d+) published, (\d+) forwarded, (\d+) stored/m.exec(program.out) ?? [];
  assert.equal(stored, found);
  assert.equal(pictures((await objectsInFolder(folder)).keys()).length, Number(stored));
});
