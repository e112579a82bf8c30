import { after, before, suite } from "node:test";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { testsBrokerKilled } from "./contract.ts";
import { type RabbitMq, rabbitMqMissing, startRabbitMq } from "./rabbitmq.ts";

suite("RabbitMQ", { skip: rabbitMqMissing() ?? mosquittoMissing() ?? false }, () => {
  let broker: RabbitMq;
  before(async () => {
    broker = await startRabbitMq();
  });
  after(() => broker?.stop());

  testsBrokerKilled(() => broker);
});
