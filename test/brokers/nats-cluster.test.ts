import { suite, type TestContext, test } from "node:test";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { startFailoverProxy } from "./failover-proxy.ts";
import { natsMissing, startNatsCluster } from "./nats.ts";
import { BrokerPipeline } from "./pipeline.ts";

const seconds = 5;
const skip = natsMissing() ?? mosquittoMissing() ?? false;

/** A cluster of its own, with one address that leads to its first node, or to another while that is dead. */
async function startCluster(t: TestContext) {
  const nodes = await startNatsCluster(3);
  t.after(() => Promise.all(nodes.map((node) => node.stop())));
  const url = await startFailoverProxy(
    t,
    nodes.map((node) => node.url),
  );
  return { url, killFirst: async () => nodes[0]?.kill() };
}

async function startSingle(t: TestContext) {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  return broker;
}

// At the same time: most of it is the cluster's wait until it has elected other leaders.
suite("a NATS cluster of three of which one node is killed and stays dead", {
  skip,
  concurrency: true,
}, () => {
  test("at the edge: every face that was counted is stored, once", async (t) => {
    const [edge, cloud] = [await startCluster(t), await startSingle(t)];
    const pipeline = await BrokerPipeline.start(t, {
      edge: edge.url,
      cloud: cloud.url,
      camera: "at-the-edge",
    });
    const detect = pipeline.detect(seconds);
    await pipeline.stored(10);
    await edge.killFirst();
    await pipeline.assertComplete(detect);
  });

  test("in the cloud: every face that was counted is stored, once", async (t) => {
    const [edge, cloud] = [await startSingle(t), await startCluster(t)];
    const pipeline = await BrokerPipeline.start(t, {
      edge: edge.url,
      cloud: cloud.url,
      camera: "in-the-cloud",
    });
    const detect = pipeline.detect(seconds);
    await pipeline.stored(10);
    await cloud.killFirst();
    await pipeline.assertComplete(detect);
  });
});
