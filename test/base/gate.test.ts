import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../../src/base/gate.ts";

test("a gate is open at first; while it is closed one waits, until it is opened and not closed again at once", async () => {
  const gate = new Gate();
  await gate.passed();
  const { closing } = gate;
  gate.close();
  gate.close();
  assert.deepEqual([gate.isOpen, closing.aborted], [false, true]);
  let passed = false;
  const waiting = gate.passed().then(() => {
    passed = true;
  });
  gate.open();
  gate.close();
  await new Promise(setImmediate);
  assert.equal(passed, false);
  gate.open();
  gate.open();
  await waiting;
  assert.deepEqual([gate.isOpen, gate.closing.aborted], [true, false]);
});
