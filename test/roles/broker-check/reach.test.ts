import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Aedes } from "aedes";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { freePort } from "../../support/ports.ts";
import { tcpServer } from "../../support/tcp-server.ts";
import { check, checkSteps, ended, startFacepipe } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

test("a port without a listener: exit code 2", async () => {
  const { code, list, stderr } = await checkSteps("--broker", `mqtt://127.0.0.1:${await freePort()}`);
  assert.equal(code, 2);
  assert.deepEqual(
    list.map(({ step, ok }) => [step, ok]),
    [
      ["dns", true],
      ["tcp", false],
    ],
  );
  assert.match(stderr, /nobody listens on that port\. Start the broker/);
});

test("an unknown host name: exit code 2", async () => {
  const { code, names, stderr } = await checkSteps("--broker", "mqtt://no-such-broker.invalid");
  assert.equal(code, 2);
  assert.deepEqual(names, ["dns"]);
  assert.match(stderr, /the host name (is unknown|could not be resolved)/);
});

test("a listener that never answers: exit code 2 after the timeout", async (t) => {
  const url = await tcpServer(t, () => undefined);
  const plain = await checkSteps("--broker", url, "--connect-timeout", "1");
  assert.equal(plain.code, 2);
  assert.equal(plain.list.at(-1)?.step, "connect");
  assert.match(plain.stderr, /it did not answer/);
  const secure = await checkSteps("--broker", url.replace("mqtt", "mqtts"), "--connect-timeout", "1");
  assert.equal(secure.code, 2);
  assert.equal(secure.list.at(-1)?.step, "tls");
});

test("--wait: succeeds as soon as the broker is up", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  await broker.kill();
  const child = startFacepipe("broker-check", "--broker", broker.url, "--wait", "300", "--json");
  await once(child.stderr, "data");
  await broker.restart();
  const { code, stdout } = await ended(child);
  assert.equal(code, 0);
  const steps = stdout.trimEnd().split("\n");
  // The steps of the attempts that failed are not shown.
  assert.equal(steps.length, 8);
  for (const step of steps) assert.equal(JSON.parse(step).ok, true);
});

test("--wait: after the timeout the last failure is reported", async () => {
  const { code, stdout, stderr } = await check(
    "--broker",
    `mqtt://127.0.0.1:${await freePort()}`,
    ...["--wait", "1", "--quiet"],
  );
  assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
  assert.match(stderr, /^facepipe: cannot connect .*\n$/);
});

test("--wait: Ctrl-C ends it at once, with an exit code other than 0", async () => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const child = startFacepipe("broker-check", "--broker", url, "--wait", "3600");
  await once(child.stderr, "data");
  child.kill("SIGINT");
  assert.equal((await ended(child)).code, 2);
});

test("a broker with MQTT 3.1.1 only: auto falls back, 5 is refused", async (t) => {
  const aedes = await Aedes.createBroker();
  t.after(() => aedes.close());
  const url = await tcpServer(t, aedes.handle);
  const { code, step, stderr } = await checkSteps("--broker", url);
  assert.equal(code, 0, stderr);
  assert.match(step("connect").detail, /^MQTT 3\.1\.1 \(it refused MQTT 5\)/);
  assert.equal(step("limits").detail, "MQTT 3.1.1 announces none");
  const five = await checkSteps("--broker", url, "--protocol", "5");
  assert.equal(five.code, 1, five.stderr);
  assert.match(five.stderr, /does not support this MQTT version\. Use --protocol auto/);
});

test("a subscription that is refused", async (t) => {
  const aedes = await Aedes.createBroker();
  t.after(() => aedes.close());
  aedes.authorizeSubscribe = (_client, _subscription, answer) => answer(null, null);
  const url = await tcpServer(t, aedes.handle);
  const { code, list, stderr } = await checkSteps("--broker", url);
  assert.equal(code, 1);
  assert.equal(list.at(-1)?.step, "subscribe");
  assert.match(stderr, /refused the subscription to faces\/#: its access rules \(ACL\) may forbid it/);
});

test("a broker that closes the connection at a forbidden message", async (t) => {
  const aedes = await Aedes.createBroker();
  t.after(() => aedes.close());
  aedes.authorizePublish = (_client, _packet, answer) => answer(new Error("forbidden"));
  const url = await tcpServer(t, aedes.handle);
  const { code, step } = await checkSteps("--broker", url);
  assert.equal(code, 1);
  assert.match(step("qos0").why ?? "", /closed the connection after a message to faces\//);
});
