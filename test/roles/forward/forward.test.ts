import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clientAt, Subscriber } from "../../pipeline/client.ts";
import { type Program, startFacepipe } from "../../support/facepipe.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import { publishWithMosquitto } from "../../support/mosquitto-clients.ts";

const skip = mosquittoMissing() ?? false;

async function twoBrokers(t: TestContext): Promise<[Mosquitto, Mosquitto]> {
  const brokers = await Promise.all([startMosquitto(), startMosquitto()]);
  t.after(() => Promise.all(brokers.map((broker) => broker.stop())));
  return brokers;
}

/** A forward that has subscribed. */
async function forwarder(t: TestContext, from: string, to: string, ...more: string[]): Promise<Program> {
  const program = startFacepipe(t, ["forward", "--from", from, "--to", to, ...more]);
  await program.event("forwarding");
  return program;
}

test("every MQTT 5 property of a message is forwarded", { skip }, async (t) => {
  const [edge, cloud] = await twoBrokers(t);
  const subscriber = await Subscriber.at(t, cloud.url, "faces/#");
  await forwarder(t, edge.url, cloud.url);
  const client = await clientAt(t, edge.url);
  const payload = Buffer.from([0, 1, 255, 0x89]);
  const properties = {
    contentType: "image/png",
    responseTopic: "answers/1",
    correlationData: Buffer.from([1, 2, 3]),
    messageExpiryInterval: 1000,
    userProperties: { one: "1", many: ["a", "b"] },
  };
  await client.publishAsync("faces/cam0", payload, { qos: 1, properties });
  await client.publishAsync("faces/text", "ä", { qos: 1, properties: { payloadFormatIndicator: true } });
  await client.publishAsync("faces/kept", "k", { qos: 1, retain: true });
  await subscriber.until(3);
  const [picture, text, kept] = subscriber.received;
  assert.deepEqual(picture?.payload, payload);
  assert.equal(picture?.qos, 1);
  assert.equal(picture?.retain, false);
  const { userProperties, messageExpiryInterval = 0, ...rest } = picture?.properties ?? {};
  assert.ok(messageExpiryInterval > 900 && messageExpiryInterval <= 1000);
  const { "facepipe-via": via, ...others } = { ...userProperties };
  assert.equal(typeof via, "string");
  assert.deepEqual(others, properties.userProperties);
  const { contentType, responseTopic, correlationData } = properties;
  assert.deepEqual(rest, { contentType, responseTopic, correlationData });
  assert.equal(text?.properties?.payloadFormatIndicator, true);
  assert.equal(kept?.retain, true);
  // Retained at the cloud, too: a later subscriber receives it.
  const late = await Subscriber.at(t, cloud.url, "faces/kept");
  await late.until(1);
});

test("--remote-topic sets the topic at the target, --topic what is forwarded", { skip }, async (t) => {
  const [edge, cloud] = await twoBrokers(t);
  const subscriber = await Subscriber.at(t, cloud.url, "#");
  await forwarder(t, edge.url, cloud.url, "--topic", "faces/+", "--remote-topic", "site-a/{topic}");
  await publishWithMosquitto(edge, "other/cam0", "not this");
  await publishWithMosquitto(edge, "faces/cam0/deep", "nor this");
  await publishWithMosquitto(edge, "faces/cam0", "this", { qos: 2 });
  const isSite = ({ topic }: { topic: string }) => topic.startsWith("site-a") || /other|faces/.test(topic);
  for (let count = 1; !subscriber.received.some(isSite); count++) await subscriber.until(count);
  assert.deepEqual(
    subscriber.received.filter(isSite).map(({ topic, payload }) => [topic, payload.toString()]),
    [["site-a/faces/cam0", "this"]],
  );
});

test("two forwards in opposite directions do not loop", { skip }, async (t) => {
  const [edge, cloud] = await twoBrokers(t);
  const subscribers = await Promise.all([edge, cloud].map(({ url }) => Subscriber.at(t, url, "faces/#")));
  await forwarder(t, edge.url, cloud.url, "--from-client-id", "up", "--to-client-id", "up-to");
  await forwarder(t, cloud.url, edge.url, "--from-client-id", "down", "--to-client-id", "down-to");
  const texts = Array.from({ length: 20 }, (_, each) => `${each % 2 === 0 ? "edge" : "cloud"} ${each}`);
  for (const text of texts)
    await publishWithMosquitto(text.startsWith("edge") ? edge : cloud, "faces/a", text);
  await Promise.all(subscribers.map((subscriber) => subscriber.until(20)));
  // Sent after everything that could still be looping.
  await publishWithMosquitto(edge, "faces/a", "last from edge");
  await publishWithMosquitto(cloud, "faces/a", "last from cloud");
  for (const subscriber of subscribers) {
    await subscriber.until(22);
    assert.deepEqual(subscriber.texts.slice(0, 20).sort(), [...texts].sort());
  }
});

test("two forwards in opposite directions over MQTT 3.1.1 stop repeating messages", { skip }, async (t) => {
  const [edge, cloud] = await twoBrokers(t);
  const old = ["--from-protocol", "3.1.1", "--to-protocol", "3.1.1"];
  const subscribers = await Promise.all([edge, cloud].map(({ url }) => Subscriber.at(t, url, "faces/#")));
  const programs = [
    await forwarder(t, edge.url, cloud.url, ...old, "--from-client-id", "up", "--to-client-id", "up-to"),
    await forwarder(t, cloud.url, edge.url, ...old, "--from-client-id", "down", "--to-client-id", "down-to"),
  ];
  await publishWithMosquitto(edge, "faces/a", "once");
  await subscribers[1]?.until(1);
  // SIGTERM finishes what is in flight; there is nothing after that.
  for (const program of programs) assert.deepEqual(await program.stop(), { code: 0, signal: null });
  for (const subscriber of subscribers)
    assert.ok(subscriber.received.length <= 3, `${subscriber.received.length} copies`);
});

test("without --to, refused or unreachable, it says what is wrong and ends with its exit code", {
  skip,
}, async (t) => {
  const [edge] = await twoBrokers(t);
  const locked = await startMosquitto({ users: { alice: "secret" } });
  t.after(() => locked.stop());
  const usage = startFacepipe(t, ["forward", "--from", edge.url]);
  assert.equal((await usage.ended).code, 3);
  assert.match(usage.stderr, /--to .*required/);
  const refused = startFacepipe(t, ["forward", "--from", edge.url, "--to", locked.url]);
  assert.equal((await refused.ended).code, 1);
  assert.match(
    refused.stderr,
    /facepipe: the broker .* refused: the user name or password is wrong or missing/,
  );
  await locked.kill();
  const absent = startFacepipe(t, [
    "forward",
    "--from",
    edge.url,
    "--to",
    locked.url,
    "--connect-timeout",
    "1",
  ]);
  assert.equal((await absent.ended).code, 2);
});
