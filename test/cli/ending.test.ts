import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { facepipe, startFacepipe } from "../support/facepipe.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";

const endless = ["detect", "--camera", "synthetic:pace=off", "--dry-run"];

test("a reader that has seen enough ends it quietly", async (t) => {
  const { child, stdout, ended } = startFacepipe(t, endless);
  await stdout.has(/\n/);
  child.stdout.destroy();
  const { code, stderr } = await ended;
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /EPIPE|bug|Error/);
});

test("a closed standard error ends it as quietly", async (t) => {
  const { child, stdout, stderr, ended } = startFacepipe(t, endless);
  await stdout.has(/\n/);
  await stderr.has(/\n/);
  child.stderr.destroy();
  child.kill("SIGTERM");
  const { code } = await ended;
  assert.equal(code, 0);
});

test("SIGTERM and SIGINT end it with 0 and a summary", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { child, stdout, ended } = startFacepipe(t, endless);
    await stdout.has(/\n/);
    child.kill(signal);
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    const messages = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    assert.match(messages.at(-2) ?? "", new RegExp(`^${signal}: finishing what is in flight`));
    assert.match(messages.at(-1) ?? "", /^\d+ frames, \d+ faces, /);
  }
});

const skip = mosquittoMissing() ?? false;

test("a role at a broker ends with 0 when asked", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const { child, ended } = startFacepipe(t, ["log", "--broker", broker.url, "--client-id", "listener"]);
  await broker.logged(/listener 1 faces\/#/);
  child.kill("SIGTERM");
  const { code, stdout } = await ended;
  assert.deepEqual([code, stdout], [0, ""]);
});

test("a second signal leaves at once, whatever is in hand", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const port = await freePort();
  const { child, stderr, ended } = startFacepipe(t, [
    ...["detect", "--camera", "synthetic", "--broker", broker.url, "--client-id", "eye"],
    ...["--grace", "3000", "--http", `127.0.0.1:${port}`],
  ]);
  await broker.logged(/connected from .* as eye/);
  // It hangs: what is published now is never acknowledged.
  broker.pause();
  const inFlight = async () =>
    /^facepipe_in_flight ([1-9])/m.test(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  while (!(await inFlight())) await new Promise(setImmediate);
  child.kill("SIGTERM");
  await stderr.has(/finishing what is in flight; a second signal exits immediately/);
  child.kill("SIGTERM");
  const { code } = await ended;
  assert.equal(code, 1);
});

test("a password is in no line, no error and no process title", async (t) => {
  const url = `mqtt://user:hun%2Fter2@127.0.0.1:${await freePort()}`;
  const args = ["log", "--broker", url, "--connect-timeout", "2", "--log-level", "trace"];
  for (const more of [[], ["--password", "hun/ter2"], ["--log-format", "pretty"]]) {
    const { child, stderr, ended } = startFacepipe(t, [...args, ...more]);
    // It tries for as long as it may; the first failure is told.
    await stderr.has(/nobody listens/);
    if (process.platform === "linux") {
      const title = readFileSync(`/proc/${child.pid}/cmdline`, "utf8");
      assert.match(title, /^facepipe log\0*$/);
    }
    const { code, stdout, stderr: all } = await ended;
    assert.equal(code, 2);
    assert.doesNotMatch(stdout + all, /ter2/);
  }
  const wrong = await facepipe(t, ["log", "--broker", "mqtt//user:hunter2@x"], {
    env: { FACEPIPE_QOS: "x" },
  });
  assert.equal(wrong.code, 3);
  assert.doesNotMatch(wrong.stderr, /hunter2/);
});
