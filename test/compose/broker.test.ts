import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { clientAt, Subscriber } from "../pipeline/client.ts";
import { facepipe } from "../support/facepipe.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { scratchBroker } from "./scratch-broker.ts";
import { opensslMissing } from "./secrets.ts";

const skip = mosquittoMissing() ?? opensslMissing();
const passwordOf = (root: string, name: string) => join(root, "run", "secrets", `${name}.password`);

test("the cloud's broker accepts each user with TLS and a password, and nobody without", {
  skip,
}, async (t) => {
  const { root, port, start } = await scratchBroker(t, "cloud");
  const stop = await start();
  const broker = ["--broker", `mqtts://localhost:${port}`, "--ca", join(root, "run", "secrets", "ca.crt")];
  for (const user of ["store", "forward", "log"]) {
    const as = ["--username", user, "--password-file", passwordOf(root, `cloud-${user}`)];
    const check = ["broker-check", ...broker, ...as, "--topic", `facepipe/check/${user}`];
    const { code, stdout, stderr } = await facepipe(t, check);
    assert.equal(code, 0, stdout + stderr);
  }
  const { code } = await facepipe(t, ["broker-check", ...broker]);
  assert.equal(code, 1);
  await stop();
});

/** Topics, and which users may publish to them and read them. */
const rights = {
  edge: [
    ["faces/entrance", ["detect"], ["forward", "log"]],
    ["facepipe/epochs/entrance", ["detect"], ["forward"]],
    ["facepipe/stored/faces/entrance", ["forward"], ["detect"]],
    ["facepipe/stored/facepipe/epochs/entrance", ["forward"], ["detect"]],
    ["facepipe/cameras/entrance/set", ["operator"], ["detect", "operator"]],
    ["facepipe/cameras/entrance/state", ["detect"], ["operator"]],
  ],
  cloud: [
    ["faces/entrance", ["forward"], ["log", "store"]],
    ["site-a/faces/entrance", ["forward"], ["log", "store"]],
    ["facepipe/epochs/site-a/entrance", ["forward"], ["store"]],
    ["facepipe/stored/site-a/faces/entrance", ["store"], ["forward"]],
    ["facepipe/stored/facepipe/epochs/entrance", ["store"], ["forward"]],
  ],
} as const;

for (const side of ["edge", "cloud"] as const) {
  test(`a user has the permissions that its role needs at the ${side}'s broker, and no more`, {
    skip,
  }, async (t) => {
    const { root, port, start } = await scratchBroker(t, side);
    const stop = await start();
    const tls = side === "cloud" ? { ca: readFileSync(join(root, "run", "secrets", "ca.crt")) } : {};
    const url = `${side === "cloud" ? "mqtts" : "mqtt"}://localhost:${port}`;
    const login = (username: string) => ({
      ...tls,
      username,
      password: readFileSync(passwordOf(root, `${side}-${username}`), "utf8").trim(),
    });
    const users = [...new Set(rights[side].flatMap(([, writers, readers]) => [...writers, ...readers]))];
    const clients = await Promise.all(
      users.map(async (user) => {
        const heard = await Subscriber.at(t, url, "#", login(user));
        return { user, heard, client: await clientAt(t, url, login(user)) };
      }),
    );
    for (const [topic, writers] of rights[side]) {
      for (const { user, client } of clients) {
        const published = client.publishAsync(topic, user, { qos: 1 });
        if (writers.some((each) => each === user)) await published;
        else await assert.rejects(published, /Not authorized/, `${user} may publish to ${topic}`);
      }
    }
    for (const { user, heard, client } of clients) {
      // The last message that it receives.
      await client.publishAsync(`facepipe/check/${user}`, "end", { qos: 1 });
      const readable = rights[side].filter(([, , readers]) => readers.some((each) => each === user));
      await heard.until(readable.length + 1);
      assert.deepEqual(
        heard.received.map(({ topic }) => topic),
        [...readable.map(([topic]) => topic), `facepipe/check/${user}`],
        user,
      );
    }
    await stop();
  });
}
