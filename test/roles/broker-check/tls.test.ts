import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeCertificates } from "../../support/certificates.ts";
import { mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";
import type { MosquittoOptions } from "../../support/mosquitto-config.ts";
import { freePort } from "../../support/ports.ts";
import { checkSteps } from "./fixture.ts";

const skip = mosquittoMissing() ?? false;

async function secureBroker(t: TestContext, options: MosquittoOptions) {
  // mosquitto 2.0.11 does not start with listeners of WebSockets alone.
  const lines = options.websockets ? [`listener ${await freePort()} 127.0.0.1`] : [];
  const broker = await startMosquitto({ ...options, lines });
  t.after(() => broker.stop());
  const { certificates } = broker;
  if (!certificates) throw new Error("made without tls");
  return { broker, certificates };
}

for (const websockets of [false, true]) {
  const scheme = websockets ? "wss" : "mqtts";

  test(`${scheme}: the certificate's subject and days until it expires`, { skip }, async (t) => {
    const { broker, certificates } = await secureBroker(t, { tls: {}, websockets });
    const { code, step, names, stderr } = await checkSteps("--broker", broker.url, "--ca", certificates.ca);
    assert.equal(code, 0, stderr);
    assert.deepEqual(names.slice(0, 4), ["dns", "tcp", "tls", "connect"]);
    assert.equal(step("tls").subject, "CN=test broker");
    assert.equal(step("tls").daysLeft, 1);
    assert.match(step("tls").detail, /subject CN=test broker, 1 day left/);
  });

  test(`${scheme}: an unknown authority`, { skip }, async (t) => {
    const { broker } = await secureBroker(t, { tls: {}, websockets });
    const { code, list, stderr } = await checkSteps("--broker", broker.url);
    assert.equal(code, 1);
    assert.equal(list.at(-1)?.step, "tls");
    assert.match(stderr, /the certificate's authority is unknown\. .*--ca/);
  });

  test(`${scheme}: a certificate for another name`, { skip }, async (t) => {
    const { broker, certificates } = await secureBroker(t, {
      tls: { names: ["DNS:other.example"] },
      websockets,
    });
    const { code, list, stderr } = await checkSteps("--broker", broker.url, "--ca", certificates.ca);
    assert.equal(code, 1);
    assert.equal(list.at(-1)?.step, "tls");
    assert.match(stderr, /for another host name \(it is for DNS:other\.example\)/);
  });

  test(`${scheme}: a broker that requires a client certificate`, { skip }, async (t) => {
    const { broker, certificates } = await secureBroker(t, { tls: { mutual: true }, websockets });
    const { ca, client } = certificates;
    const args = ["--broker", broker.url, "--ca", ca];
    const known = await checkSteps(...args, "--cert", client.cert, "--key", client.key);
    assert.equal(known.code, 0, known.stderr);
    const stranger = await checkSteps(...args);
    assert.equal(stranger.code, 1);
    assert.match(stranger.stderr, /requires a client certificate that it trusts\. Set --cert and --key/);
    const mixed = await checkSteps(...args, "--cert", client.cert, "--key", certificates.server.key);
    assert.equal(mixed.code, 1);
    assert.match(mixed.stderr, /our certificate or key cannot be used/);
  });
}

test("mutual TLS: a client certificate of an authority that the broker does not trust", {
  skip,
}, async (t) => {
  const { broker, certificates } = await secureBroker(t, { tls: { mutual: true } });
  // Removed with the broker's own directory.
  const directory = await mkdtemp(join(broker.directory, "strangers-"));
  const { client } = await makeCertificates(directory, ["IP:127.0.0.1"], "stranger");
  const mine = ["--cert", client.cert, "--key", client.key];
  const { code, stderr } = await checkSteps("--broker", broker.url, "--ca", certificates.ca, ...mine);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /requires a client certificate that it trusts/);
});

test("TLS on a port without TLS", { skip }, async (t) => {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const { list, stderr } = await checkSteps("--broker", `mqtts://127.0.0.1:${broker.port}`);
  assert.equal(list.at(-1)?.step, "tls");
  assert.match(stderr, /TLS/);
});
