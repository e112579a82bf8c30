import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { checkSteps } from "../roles/broker-check/fixture.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { testsBrokerKilled } from "./contract.ts";
import { testsWithoutSharedSubscriptions } from "./limits.ts";
import { type RabbitMq, rabbitMqMissing, startRabbitMq } from "./rabbitmq.ts";

suite("RabbitMQ", { skip: rabbitMqMissing() ?? mosquittoMissing() ?? false }, () => {
  let broker: RabbitMq;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker?.stop());

  // Dots, which RabbitMQ delivers as slashes: receipts have to return all the same.
  testsBrokerKilled(() => broker, "192.168.1.20");
  testsWithoutSharedSubscriptions(
    () => broker,
    () => 1,
  );

  test("a dot in a topic, which RabbitMQ delivers as a slash: broker-check fails and says what to do", async () => {
    const { code, stderr } = await checkSteps("--broker", broker.url, "--topic", "faces/door.local");
    assert.equal(code, 1);
    assert.match(stderr, /to faces\/door\.local .* was delivered as one to faces\/door\/local/);
    assert.match(stderr, /refuse or change "\." in a topic: set --name and --topic without it/);
  });
});
