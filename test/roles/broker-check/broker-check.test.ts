import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import type { MosquittoOptions } from "../../support/mosquitto-config.ts";
import { check, checkSteps } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;
const all = ["dns", "tcp", "connect", "limits", "subscribe", "qos0", "qos1", "qos2"];

async function brokerFor(t: TestContext, options: MosquittoOptions = {}): Promise<string> {
  const broker = await startMosquitto(options);
  t.after(() => broker.stop());
  return broker.url;
}

test("a suitable broker: every step succeeds, one line each", { skip }, async (t) => {
  const url = await brokerFor(t);
  const { code, stdout, stderr } = await check("--broker", url);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines.length, all.length);
  for (const line of lines) assert.match(line, /^✓ /);
  assert.match(stdout, /CONNECT .* ms {2}MQTT 5, new session, client id facepipe-broker-check-/);
  assert.match(stdout, /limits .*receive maximum 20/);
  assert.match(stdout, /QoS 2 .* ms {2}there and back on faces\/broker-check-/);
});

test("--json: one object per step", { skip }, async (t) => {
  const url = await brokerFor(t, { lines: ["max_packet_size 100000"] });
  const { code, names, list, step } = await checkSteps("--broker", url, "--topic", "site/+/faces/#");
  assert.equal(code, 0);
  assert.deepEqual(names, all);
  for (const each of list) {
    assert.equal(each.ok, true);
    assert.equal(typeof each.ms, "number");
    assert.notEqual(each.detail, "");
    assert.equal("why" in each, false);
  }
  assert.deepEqual(step("dns").addresses, ["127.0.0.1"]);
  assert.equal(step("connect").protocol, "5");
  assert.equal(step("connect").sessionPresent, false);
  assert.equal(step("limits").maximumPacketSize, 100000);
  assert.equal(step("subscribe").grantedQos, 2);
  assert.match(step("qos1").topic ?? "", /^site\/broker-check-\w+\/faces\/broker-check-\w+$/);
});

test("--quiet: only the exit code, and one sentence when it fails", { skip }, async (t) => {
  const url = await brokerFor(t, { users: { alice: "secret" } });
  const args = ["--broker", url, "--quiet", "--username", "alice"];
  assert.deepEqual(await check(...args, "--password", "secret"), { code: 0, stdout: "", stderr: "" });
  const { code, stdout, stderr } = await check(...args, "--password", "wrong");
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.match(stderr, /^facepipe: .*refused.*\n$/);
});

for (const protocol of ["5", "3.1.1"]) {
  test(`MQTT ${protocol}: a wrong and a missing password are refused at CONNECT`, { skip }, async (t) => {
    const url = await brokerFor(t, { users: { alice: "secret" } });
    for (const login of [[], ["--username", "alice", "--password", "wrong"]]) {
      const { code, list, stderr } = await checkSteps("--broker", url, "--protocol", protocol, ...login);
      assert.equal(code, 1);
      assert.equal(list.at(-1)?.step, "connect");
      assert.match(list.at(-1)?.why ?? "", /the user name or password is wrong or missing/);
      assert.notEqual(list.at(-1)?.remedy, "");
      assert.equal(list.at(-1)?.code, "BROKER_LOGIN_REFUSED");
      assert.match(stderr, /^facepipe: the broker .* refused: the user name or password is wrong or missing/);
    }
  });

  test(`MQTT ${protocol}: access rules that forbid the topic are reported`, { skip }, async (t) => {
    const acl = ["user alice", "topic readwrite other/#"];
    const url = await brokerFor(t, { users: { alice: "secret" }, acl });
    const login = ["--broker", url, "--username", "alice", "--password", "secret", "--protocol", protocol];
    const allowed = await checkSteps(...login, "--topic", "other/#");
    assert.equal(allowed.code, 0, allowed.stderr);

    const { code, step, stderr } = await checkSteps(...login, "--connect-timeout", "1");
    assert.equal(code, 1);
    assert.match(step("qos0").why ?? "", /nothing came back within 1 s: the access rules \(ACL\)/);
    const reason =
      protocol === "5" ? /refused a message to faces\/.*: we are not authorized/ : /nothing came back/;
    assert.match(step("qos1").why ?? "", reason);
    assert.match(stderr, reason);
    assert.equal(step("qos2").required, false);
  });
}

test("a user who may write but not read", { skip }, async (t) => {
  const url = await brokerFor(t, { users: { alice: "secret" }, acl: ["user alice", "topic write faces/#"] });
  const login = ["--broker", url, "--username", "alice", "--password", "secret"];
  const { code, step } = await checkSteps(...login, "--connect-timeout", "1");
  assert.equal(code, 1);
  assert.match(step("qos1").why ?? "", /may forbid this user to read there/);
});

test("a broker without QoS 2 is suitable for --qos 1, not for 2", { skip }, async (t) => {
  const url = await brokerFor(t, { lines: ["max_qos 1"] });
  const one = await checkSteps("--broker", url);
  assert.equal(one.code, 0, one.stderr);
  assert.equal(one.step("limits").maximumQoS, 1);
  assert.equal(one.step("qos2").ok, false);
  assert.equal(one.step("qos2").required, false);
  const two = await checkSteps("--broker", url, "--qos", "2");
  assert.equal(two.code, 1);
  assert.match(two.step("subscribe").why ?? "", /granted QoS 1 for faces\/# where 2 is needed/);
});

test("a broker without retained messages is refused: it cannot hold a role's presence", {
  skip,
}, async (t) => {
  const url = await brokerFor(t, { lines: ["retain_available false"] });
  const { code, stderr } = await check("--broker", url);
  assert.equal(code, 1);
  assert.match(stderr, /keeps no retained messages/);
});

test("contradictory options are a usage error, and nothing is tried", async () => {
  const { code, stdout, stderr } = await check("--topic", "$share/stores/faces/#", "--json", "--quiet");
  assert.deepEqual({ code, stdout }, { code: 3, stdout: "" });
  assert.match(stderr, /must be without \$share/);
  assert.match(stderr, /--json and --quiet cannot both be set/);
});
