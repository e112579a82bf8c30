import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { facepipe, startFacepipe } from "../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";
import { startUnresponsiveBroker } from "../support/unresponsive-broker.ts";

const endless = ["detect", "--camera", "synthetic:pace=off", "--dry-run"];

test("it ends quietly when the reader of its output closes the pipe", async (t) => {
  const program = startFacepipe(t, endless);
  await program.printed(/\n/);
  program.child.stdout.destroy();
  assert.equal((await program.ended).code, 0);
  assert.doesNotMatch(program.stderr, /EPIPE|bug|Error/);
});

test("it ends with 0 when standard error is closed", async (t) => {
  const program = startFacepipe(t, endless);
  await Promise.all([program.printed(/\n/), program.logged(/\n/)]);
  program.child.stderr.destroy();
  assert.equal((await program.stop()).code, 0);
});

test("SIGTERM and SIGINT end it with 0 and a summary", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const program = startFacepipe(t, endless);
    await program.printed(/\n/);
    assert.equal((await program.stop(signal)).code, 0);
    const [stopping, summary] = program.log.slice(-2);
    assert.equal(stopping?.event, "stopping");
    assert.match(stopping.msg, new RegExp(`^${signal}: finishing what is in flight`));
    assert.equal(summary?.event, "detect_summary");
    assert.match(summary.msg, /^\d+ frames, \d+ faces, /);
  }
});

const skip = mosquittoMissing() ?? false;

test("SIGTERM ends a role that is connected to a broker with 0", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const program = startFacepipe(t, ["log", "--broker", broker.url]);
  await program.event("connected");
  assert.equal((await program.stop()).code, 0);
  assert.equal(program.stdout, "");
});

test("a second signal ends it at once, even with a message in flight", async (t) => {
  const broker = await startUnresponsiveBroker(t);
  const args = ["detect", "--camera", "synthetic", "--broker", broker.url, "--grace", "3000"];
  const program = startFacepipe(t, args);
  await broker.stuck;
  program.signal("SIGTERM");
  await program.event("stopping");
  assert.deepEqual(await program.stop("SIGTERM"), { code: 1, signal: null });
});

test("a password is in no log line, no error and no process title", async (t) => {
  const url = `mqtt://user:hun%2Fter2@127.0.0.1:${await freePort()}`;
  const args = ["log", "--broker", url, "--connect-timeout", "2", "--log-level", "trace"];
  for (const more of [[], ["--password", "hun/ter2"], ["--log-format", "pretty"]]) {
    const program = startFacepipe(t, [...args, ...more]);
    // It retries until its connect timeout; the first failure is logged.
    await program.logged(/nobody listens/);
    if (process.platform === "linux") {
      const title = readFileSync(`/proc/${program.child.pid}/cmdline`, "utf8");
      assert.match(title, /^facepipe log\0*$/);
    }
    assert.equal((await program.ended).code, 2);
    assert.doesNotMatch(program.stdout + program.stderr, /ter2/);
  }
  const wrong = await facepipe(t, ["log", "--broker", "mqtt//user:hunter2@x"], {
    env: { FACEPIPE_QOS: "x" },
  });
  assert.equal(wrong.code, 3);
  assert.doesNotMatch(wrong.stderr, /hunter2/);
});
