import { test } from "node:test";
import { startMosquitto } from "../support/mosquitto.ts";
import { BrokerPipeline } from "./pipeline.ts";
import type { TestBroker } from "./test-broker.ts";

/** How long detect counts faces, seconds. */
const seconds = 5;

/** What every broker must do, also with a camera of this name: the pipeline is complete although it is killed in mid-stream and started again. */
export function testsBrokerKilled(broker: () => TestBroker, cameraInTheCloud = "in-the-cloud"): void {
  test("as the edge's broker, killed in mid-stream: every face that was counted is stored, once", async (t) => {
    const cloud = await startMosquitto();
    t.after(() => cloud.stop());
    const pipeline = await BrokerPipeline.start(t, {
      edge: broker().url,
      cloud: cloud.url,
      camera: "at-the-edge",
    });
    const detect = pipeline.detect(seconds);
    await pipeline.stored(10);
    await broker().kill();
    await BrokerPipeline.lost(detect, pipeline.forward);
    await broker().restart();
    await pipeline.assertComplete(detect);
  });

  test("as the cloud's broker, killed in mid-stream: every face that was counted is stored, once", async (t) => {
    const edge = await startMosquitto();
    t.after(() => edge.stop());
    const pipeline = await BrokerPipeline.start(t, {
      edge: edge.url,
      cloud: broker().url,
      camera: cameraInTheCloud,
    });
    const detect = pipeline.detect(seconds);
    await pipeline.stored(10);
    await broker().kill();
    await BrokerPipeline.lost(pipeline.forward, pipeline.store);
    await broker().restart();
    await pipeline.assertComplete(detect);
  });
}
