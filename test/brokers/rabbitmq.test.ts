import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { checkSteps } from "../roles/broker-check/fixture.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { testsBrokerKilled } from "./contract.ts";
import { testsWithoutSharedSubscriptions } from "./limits.ts";
import { BrokerPipeline } from "./pipeline.ts";
import { type RabbitMq, rabbitMqMissing, startRabbitMq } from "./rabbitmq.ts";

suite("RabbitMQ", { skip: rabbitMqMissing() ?? mosquittoMissing() ?? false }, () => {
  let broker: RabbitMq;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker?.stop());

  testsBrokerKilled(() => broker);
  testsWithoutSharedSubscriptions(() => broker);

  test("in the cloud, a camera with dots in its name: its receipts return", async (t) => {
    const edge = await startMosquitto();
    t.after(() => edge.stop());
    const camera = "192.168.1.20";
    const pipeline = await BrokerPipeline.start(t, { edge: edge.url, cloud: broker.url, camera });
    await pipeline.assertComplete(pipeline.detect(3));
  });

  test("a dot in a topic, which RabbitMQ delivers as a slash: broker-check fails and says what to do", async () => {
    const { code, stderr } = await checkSteps("--broker", broker.url, "--topic", "faces/door.local");
    assert.equal(code, 1);
    assert.match(stderr, /to faces\/door\.local .* was delivered as one to faces\/door\/local/);
    assert.match(stderr, /refuse or change "\." in a topic: set --name and --topic without it/);
  });
});
