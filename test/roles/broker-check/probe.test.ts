import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { isProbe, probePayload, probeTopic } from "../../../src/mqtt/probe/message.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";
import { checkSteps, startFacepipe } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("the filter matches the probe's topic", () => {
  assert.equal(probeTopic("faces/#", "1"), "faces/broker-check-1");
  assert.equal(probeTopic("+/faces/+/#", "1"), "broker-check-1/faces/broker-check-1/broker-check-1");
  assert.equal(probeTopic("#", "1"), "broker-check-1");
  assert.equal(probeTopic("faces/cam0", "1"), "faces/cam0");
});

test("the mark identifies a probe; a longer payload is somebody's data", () => {
  const probe = probePayload("1");
  assert.equal(isProbe(probe), true);
  assert.equal(isProbe(Buffer.concat([probe, Buffer.alloc(1000)])), false);
  assert.equal(isProbe(Buffer.alloc(0)), false);
  assert.equal(isProbe(Buffer.from("facepipe")), false);
});

async function startStore(t: TestContext, url: string, directory: string) {
  const child = startFacepipe("store", "--broker", url, "--to", `file://${directory}`, "--client-id", "shop");
  t.after(() => child.kill("SIGKILL"));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const logged = async (what: string) => {
    while (!log.includes(what)) await once(child.stderr, "data");
  };
  await logged("storing");
  return { child, logged };
}

test("a store stores no probe of a check with its client identifier, whether it is online or offline", {
  skip,
}, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const directory = await mkdtemp(join(tmpdir(), "facepipe-broker-check-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const args = ["--broker", broker.url, "--client-id", "shop"];

  const first = await startStore(t, broker.url, directory);
  const online = await checkSteps(...args);
  assert.equal(online.code, 0, online.stderr);
  assert.equal(online.step("connect").clientId, "shop-check");
  first.child.kill("SIGTERM");
  await once(first.child, "close");
  // The broker queues these probes for the store.
  assert.equal((await checkSteps(...args)).code, 0);

  const second = await startStore(t, broker.url, directory);
  // Queued behind the probes: when it is stored, they have been handled.
  await publishWithMosquitto(broker, "faces/cam0", "no picture");
  await second.logged("rejected/");
  second.child.kill("SIGTERM");
  const [code] = await once(second.child, "close");
  assert.equal(code, 0);
  const names = await readdir(directory, { recursive: true });
  const objects = names.filter((name) => name.endsWith(".bin"));
  assert.equal(objects.length, 1, names.join("\n"));
});
