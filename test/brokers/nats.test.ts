import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { checkSteps } from "../roles/broker-check/fixture.ts";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { testsBrokerKilled } from "./contract.ts";
import { testsWithoutSharedSubscriptions } from "./limits.ts";
import { type Nats, natsMissing, startNats } from "./nats.ts";

suite("NATS with JetStream", { skip: natsMissing() ?? mosquittoMissing() ?? false }, () => {
  let broker: Nats;
  before(async () => {
    broker = await startNats();
  });
  after(() => broker?.stop());

  testsBrokerKilled(() => broker);
  // 2.10 added QoS 2.
  testsWithoutSharedSubscriptions(
    () => broker,
    () => (/Version: +2\.9\./.test(broker.log) ? 1 : 2),
  );

  test("a space in a topic, which NATS refuses: broker-check fails and says what to do", async () => {
    const { code, stderr } = await checkSteps("--broker", broker.url, "--topic", "faces/front door");
    assert.equal(code, 1);
    assert.match(stderr, /refused the subscription to faces\/front door: .*refuse or change " " in a topic/);
    assert.match(stderr, /set --name and --topic without it/);
  });

  test("a client identifier with a space, which is part of the will's topic: the role says what to do", async (t) => {
    const args = ["--broker", broker.url, "--client-id", "my host", "--connect-timeout", "1"];
    const { code, stderr } = await facepipe(t, ["store", "--to", emptyFolder(t), ...args]);
    assert.equal(code, 2);
    assert.match(stderr, /closed the connection without an answer\..*set --client-id without it/);
  });
});
