import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { facepipe } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { freePort } from "../support/ports.ts";

/** The last line is a sentence for a person, without a stack. */
function assertSentence(stderr: string, sentence: RegExp): void {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  assert.match(last, /^facepipe: /);
  assert.match(last, sentence);
  assert.doesNotMatch(stderr, /^ {4}at |bug of facepipe/m);
}

test("3: wrong usage, nothing was tried", async (t) => {
  for (const [args, sentence] of [
    [[], /^facepipe: no role was given; there are detect, log, .*\. facepipe --help says what they do\n$/],
    [["detct"], /^facepipe: "detct" is no role, did you mean detect\?; /],
    [["--camera", "0"], /^facepipe: "--camera" is no role/],
    [
      ["detect"],
      /^facepipe: --camera \(or FACEPIPE_CAMERA\) is required: .*facepipe detect --help shows its options\n$/,
    ],
    [
      ["store", "--to", "ftp://x", "--qos", "9"],
      /^facepipe: 2 faults:\n {2}--to "ftp:\/\/x": .*\n {2}--qos "9": must be 0, 1 or 2\n/,
    ],
    [["detect", "--camera", "synthetic:faces=x"], /^facepipe: --camera "synthetic:faces=x": /],
  ] as const) {
    const { code, stdout, stderr } = await facepipe(t, args);
    assert.deepEqual([code, stdout], [3, ""], args.join(" "));
    assert.match(stderr, sentence);
  }
  const { code, stderr } = await facepipe(t, ["log"], { env: { FACEPIPE_TOPPIC: "a" } });
  assert.equal(code, 3);
  assert.match(
    stderr,
    /^facepipe: FACEPIPE_TOPPIC is set, but no option reads it, did you mean FACEPIPE_TOPIC\? /,
  );
});

test("1: no such file, camera or directory, or the address is in use", async (t) => {
  const folder = emptyFolder(t);
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  t.after(() => taken.close());
  const http = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const missing = join(folder, "none.mp4");
  for (const [args, sentence] of [
    [["detect", "--dry-run", "--camera", missing], /no such file: .*none\.mp4/],
    [["detect", "--dry-run", "--camera", folder], /no image in the folder/],
    [["detect", "--dry-run", "--camera", "99"], /99/],
    [
      ["detect", "--dry-run", "--camera", "synthetic", "--http", http],
      /on port \d+: another program uses it/,
    ],
    [["store", "--to", "file:///dev/null/faces"], /\/dev\/null/],
  ] as const) {
    const { code, stdout, stderr } = await facepipe(t, args);
    assert.deepEqual([code, stdout], [1, ""], `${args.join(" ")}: ${stderr}`);
    assertSentence(stderr, sentence);
  }
});

test("1: a certificate and a key that do not match", { skip: mosquittoMissing() ?? false }, async (t) => {
  const broker = await startMosquitto({ tls: {} });
  t.after(() => broker.stop());
  const { ca = "", client, server } = broker.certificates ?? {};
  const tls = ["--ca", ca, "--cert", client?.cert ?? "", "--key", server?.key ?? ""];
  const { code, stderr } = await facepipe(t, ["log", "--broker", broker.url, ...tls]);
  assert.equal(code, 1, stderr);
  assertSentence(stderr, /our certificate or key cannot be used/);
});

test("1: the broker refuses us", { skip: mosquittoMissing() ?? false }, async (t) => {
  const broker = await startMosquitto({ users: { alice: "right" } });
  t.after(() => broker.stop());
  const url = broker.url.replace("//", "//alice:hunter2@");
  for (const role of [["log"], ["detect", "--camera", "synthetic"]]) {
    const { code, stderr } = await facepipe(t, [...role, "--broker", url]);
    assert.equal(code, 1, stderr);
    assertSentence(stderr, /user name|password|authori/i);
    assert.doesNotMatch(stderr, /hunter2/);
  }
});

test("2: no broker answers within --connect-timeout", async (t) => {
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const soon = ["--connect-timeout", "1"];
  const roles = [
    ["log", "--broker", url],
    ["detect", "--camera", "synthetic", "--broker", url],
    ["store", "--to", `file://${emptyFolder(t)}`, "--broker", url],
    ["forward", "--to", url, "--from", url],
  ];
  for (const role of roles) {
    const { code, stderr } = await facepipe(t, [...role, ...soon]);
    assert.equal(code, 2, `${role}: ${stderr}`);
    assertSentence(stderr, /nobody listens on that port\. Start the broker, or check host and port$/);
  }
});

test("70: a bug of ours keeps its stack", async (t) => {
  const bug = join(emptyFolder(t), "bug.mjs");
  const fault = "throw new TypeError('mqtt://user:hunter2@host is not a function')";
  // facepipe sets its title when it starts the role.
  writeFileSync(
    bug,
    `Object.defineProperty(process, "title", { set: () => setImmediate(() => { ${fault} }) })`,
  );
  const node = ["--import", bug];
  const { code, stderr } = await facepipe(t, ["detect", "--camera", "synthetic", "--dry-run"], { node });
  assert.equal(code, 70);
  assert.match(
    stderr,
    /^facepipe: this is a bug of facepipe, please report it with these lines\nTypeError: .*\n {4}at /m,
  );
  assert.doesNotMatch(stderr, /hunter2/);
});
