import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { objectsInFolder } from "../../pipeline/objects.ts";
import { expectedFaces } from "../../pipeline/pipeline.ts";
import { ConfigFolder } from "../../support/config.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";

/** Occupies the port that `up` prefers for its edge broker, unless something else does already. */
async function occupy(t: TestContext, port: number): Promise<void> {
  const server = createServer().listen(port, "127.0.0.1");
  t.after(() => server.close());
  await Promise.race([once(server, "listening"), once(server, "error")]).catch(() => undefined);
}

function images(keys: Iterable<string>): string[] {
  return [...keys].filter((key) => key.endsWith(".png"));
}

test("a finite scene: all its faces are in the folder, and the summary counts them", async (t) => {
  const expected = await expectedFaces(t, "synthetic:faces=2,seconds=3,seed=3,pace=off");
  const folder = emptyFolder(t);
  const camera = ["--camera", "synthetic:faces=2,seconds=3,seed=3", "--emit", "all"];
  const program = startFacepipe(t, ["up", ...camera, "--to", folder]);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr);
  assert.match(program.stdout, /^edge broker +mqtt:\/\/127\.0\.0\.1:\d+$/m);
  const n = expected.length;
  assert.match(
    program.stdout,
    new RegExp(`^${n} faces found, ${n} published, ${n} forwarded, ${n} stored in `, "m"),
  );
  assert.equal(images((await objectsInFolder(folder)).keys()).length, n);
});

test("Ctrl-C on an endless camera stops the roles from detect to store: every face found is stored", async (t) => {
  await occupy(t, 1883);
  const folder = emptyFolder(t);
  const program = startFacepipe(t, ["up", "--camera", "synthetic:faces=1", "--emit", "all", "--to", folder]);
  await program.printed(/^edge broker/m);
  assert.doesNotMatch(program.stdout, /:1883$/m);
  // `log` prints a line for each face.
  await program.printed(/QoS 1/, 10);
  assert.deepEqual(await program.stop("SIGINT"), { code: 0, signal: null });
  const [, found, , , stored] =
    /^(\d+) faces found, (\d+) published, (\d+) forwarded, (\d+) stored/m.exec(program.stdout) ?? [];
  assert.equal(stored, found);
  assert.equal(images((await objectsInFolder(folder)).keys()).length, Number(stored));
});

test("the configuration file of an edge and its cloud: the same cameras, each with its limit, and the same target", async (t) => {
  const config = new ConfigFolder(t);
  const folder = emptyFolder(t);
  const path = config.write(`
broker: mqtt://127.0.0.1:1
http: 127.0.0.1:0
detect:
  detector: haar
  emit: all
  cameras:
    - { name: entrance, camera: "synthetic:seconds=2", limit: 2 }
    - { name: desk, camera: "synthetic:seconds=2,seed=2", limit: 3, format: jpeg }
forward: { to: mqtts://cloud.example }
store: { to: ${folder}, broker: mqtts://cloud.example }
`);
  const program = startFacepipe(t, ["up", "--config", path]);
  assert.deepEqual(await program.ended, { code: 0, signal: null }, program.stderr);
  assert.match(program.stdout, /^5 faces found, 5 published, 5 forwarded, 5 stored in /m);
  const keys = [...(await objectsInFolder(folder)).keys()];
  assert.equal(keys.filter((key) => /^entrance\/.*\.png$/.test(key)).length, 2, keys.join("\n"));
  assert.equal(keys.filter((key) => /^desk\/.*\.jpg$/.test(key)).length, 3, keys.join("\n"));
});
