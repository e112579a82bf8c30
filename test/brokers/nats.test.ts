import { after, before, suite } from "node:test";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { testsBrokerKilled } from "./contract.ts";
import { type Nats, natsMissing, startNats } from "./nats.ts";

suite("NATS with JetStream", { skip: natsMissing() ?? mosquittoMissing() ?? false }, () => {
  let broker: Nats;
  before(async () => {
    broker = await startNats();
  });
  after(() => broker?.stop());

  testsBrokerKilled(() => broker);
});
