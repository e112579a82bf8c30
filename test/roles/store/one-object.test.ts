import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { emptyFolder } from "../../support/folder.ts";
import { mosquittoMissing } from "../../support/mosquitto.ts";
import { publishFaces, roomyBroker, storeTo } from "./fixture.ts";
import { type Fault, startOddService } from "./odd-service.ts";

const skip = mosquittoMissing() ?? false;
const large = Buffer.concat([smallPng(1), Buffer.alloc(50_000)]);

const faults: Readonly<Record<string, Fault>> = {
  "413 for large objects": (_key, size) => (size > 20_000 ? 413 : undefined),
  "400 for one folder": (key) => (key.startsWith("foreign/") ? 400 : undefined),
  "414 for one folder": (key) => (key.startsWith("foreign/") ? 414 : undefined),
  "418 for one folder": (key) => (key.startsWith("foreign/") ? 418 : undefined),
  "403 for one folder": (key) => (key.startsWith("foreign/") ? 403 : undefined),
  "500 for one folder": (key) => (key.startsWith("foreign/") ? 500 : undefined),
  "a reset for large objects": (_key, size) => (size > 20_000 ? "reset" : undefined),
};

// Each waits most of its time.
suite("one object that fails alone", { concurrency: true, skip }, () => {
  for (const [what, fault] of Object.entries(faults))
    test(`a service that answers ${what} holds no other object`, { skip }, async (t) => {
      const { objects, env } = await startOddService(t, fault);
      const broker = await roomyBroker(t);
      const program = await storeTo(t, broker, "s3://faces", env, "--path-style");
      const faces = faceMessages(300);
      await publishFaces(t, broker, [large, ...faces]);
      const { msg } = await program.event("object_dropped");
      assert.match(msg, /foreign\/cam0\/.* \(5\d{4} bytes\)/);
      await program.eventTimes("object_written", faces.length);
      assert.equal([...objects.keys()].filter((key) => key.startsWith("cam0/")).length, faces.length);
      assert.equal(program.events("object_dropped").length, 1);
      assert.deepEqual(await program.stop(), { code: 0, signal: null });
    });
});

test("a service that fails half of its requests costs no object", { skip }, async (t) => {
  let requests = 0;
  const { objects, env } = await startOddService(t, () =>
    Math.imul(++requests, 0x9e3779b1) < 0 ? 503 : undefined,
  );
  const broker = await roomyBroker(t);
  const program = await storeTo(t, broker, "s3://faces", env, "--path-style");
  await publishFaces(t, broker, faceMessages(100));
  await program.eventTimes("object_written", 100);
  assert.equal([...objects.keys()].filter((key) => key.startsWith("cam0/")).length, 100);
  assert.equal(program.events("object_dropped").length, 0);
});

test("a file in the place of one folder holds no other object", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "foreign"), "a file");
  const broker = await roomyBroker(t);
  const program = await storeTo(t, broker, folder);
  await publishFaces(t, broker, [large, ...faceMessages(300)]);
  await program.event("object_dropped", { msg: /foreign/ });
  await program.eventTimes("object_written", 300);
});
