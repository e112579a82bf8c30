import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { checkSteps } from "../roles/broker-check/fixture.ts";
import { startFacepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { untilMetrics } from "../support/metrics.ts";
import type { TestBroker } from "./test-broker.ts";

/**
 * What facepipe says of a broker with MQTT 3.1.1 that has no shared subscriptions, and accepts them. `highestQos` is called
 * when the broker runs.
 */
export function testsWithoutSharedSubscriptions(broker: () => TestBroker, highestQos: () => 1 | 2): void {
  test("broker-check: everything that a role needs works", async () => {
    const { code, step, stderr } = await checkSteps("--broker", broker().url);
    assert.equal(code, 0, stderr);
    assert.equal(step("connect").protocol, "3.1.1");
    assert.equal(step("subscribe").grantedQos, highestQos());
    assert.ok(step("qos1").ok);
    assert.equal(step("qos2").ok, highestQos() === 2);
    assert.equal(step("qos2").required, false);
  });

  test("broker-check --share: nothing is delivered, and the other steps succeed", async () => {
    const args = ["--broker", broker().url, "--share", "stores", "--connect-timeout", "3"];
    const { code, step, stderr } = await checkSteps(...args);
    assert.equal(code, 1, stderr);
    assert.match(
      step("shared").why ?? "",
      /accepted the shared subscription to faces\/# and delivers nothing/,
    );
    assert.equal(step("shared").code, "BROKER_UNSUITABLE");
    assert.ok(step("qos1").ok);
    assert.match(stderr, /Omit --share/);
  });

  test("store --share warns that nothing may arrive, and the metrics show it", async (t: TestContext) => {
    const args = ["--broker", broker().url, "--share", "stores", "--client-id", "sharing"];
    const http = ["--http", "127.0.0.1:0", "--connect-timeout", "60"];
    const store = startFacepipe(t, ["store", ...args, "--to", emptyFolder(t), ...http]);
    const { level, msg } = await store.event("broker_feature_missing");
    assert.equal(level, "warn");
    assert.match(msg, /no part of MQTT 3\.1\.1.*--share stores receives nothing.*broker-check --share GROUP/);
    await untilMetrics(await store.httpUrl(), /^facepipe_share_unproven 1$/m);
    assert.deepEqual(await store.stop(), { code: 0, signal: null });
  });
}
