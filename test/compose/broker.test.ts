import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { facepipe } from "../support/facepipe.ts";
import { mosquittoMissing } from "../support/mosquitto.ts";
import { scratchBroker } from "./scratch-broker.ts";
import { opensslMissing } from "./secrets.ts";

const skip = mosquittoMissing() ?? opensslMissing();
const run = promisify(execFile);
const passwordOf = (root: string, name: string) => join(root, "run", "secrets", `${name}.password`);

/** The arguments with which Mosquitto's clients log in. */
function login(root: string, port: number, name: string): string[] {
  const [, user = ""] = name.split("-");
  const password = readFileSync(passwordOf(root, name), "utf8").trim();
  return ["-h", "127.0.0.1", "-p", String(port), "-u", user, "-P", password];
}

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

test("a user has the permissions that its role needs, and no more", { skip }, async (t) => {
  const { root, port, start } = await scratchBroker(t, "edge");
  const stop = await start();
  const publish = (name: string) =>
    run("mosquitto_pub", [
      ...login(root, port, name),
      "-V",
      "5",
      "-q",
      "1",
      "-t",
      "faces/entrance",
      "-m",
      "x",
    ]);
  await publish("edge-detect");
  for (const name of ["edge-log", "edge-forward"]) {
    const { stderr } = await publish(name);
    assert.match(stderr, /Not authorized/, name);
  }
  await stop();
});
