import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { test } from "node:test";
import { cephMissing } from "../support/ceph.ts";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { hasOption } from "./audit.ts";
import { syntheticCamera } from "./camera.ts";
import { CleanUp } from "./clean-up.ts";
import { runDrill } from "./drill.ts";
import type { Fault } from "./faults.ts";

/** A fault lasts this long and begins this long after the one before, seconds. */
const lasting = 1.2;
const spacing = 1.6;
/** Time for the kinds of faults, and some more, seconds. */
const seconds = 35;

/** Each kind that is possible here, once. */
function eachOnce(faults: readonly Fault[]) {
  return faults.map((fault, index) => ({ fault, at: 1 + index * spacing, seconds: lasting }));
}

const skip = mosquittoMissing() ?? (await withoutSpool());

async function withoutSpool(): Promise<string | undefined> {
  return (await hasOption("detect", "--spool")) ? undefined : "detect has no --spool";
}

test("each kind of fault once: no face is lost or doubled", { skip }, async (t) => {
  const cleanUp = new CleanUp();
  t.after(() => cleanUp.run());
  // Earlier than the limit of a test, so that what happened until then is shown.
  const signal = AbortSignal.any([t.signal, AbortSignal.timeout(150_000)]);
  setMaxListeners(0, signal);
  const result = await runDrill(
    {
      to: cephMissing() ? "file" : "s3",
      camera: syntheticCamera(30),
      spool: true,
      folder: emptyFolder(t),
      plan: eachOnce,
      seconds,
      catchUpSeconds: 0,
      progress: (text) => t.diagnostic(text),
    },
    cleanUp,
    signal,
  );
  assert.deepEqual(result.failures, [], JSON.stringify(result.check.lost));
  assert.ok(result.check.stored > seconds * 10, `only ${result.check.stored} faces were stored`);
});
