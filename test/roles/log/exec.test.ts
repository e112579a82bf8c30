import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { decodeMessage, encodeFace } from "../../../src/face/message.ts";
import { runCommand } from "../../../src/roles/log/exec/run-command.ts";
import { clientAt, publishAll } from "../../pipeline/client.ts";
import { faceMessages, smallPng } from "../../pipeline/faces.ts";
import { findCommand } from "../../support/commands.ts";
import { startFacepipe } from "../../support/facepipe.ts";
import { emptyFolder } from "../../support/folder.ts";
import { untilMetrics } from "../../support/metrics.ts";
import { type Mosquitto, mosquittoMissing, startMosquitto } from "../../support/mosquitto.ts";

const skip = mosquittoMissing() ?? false;
const never = new AbortController().signal;

async function start(t: TestContext, command: string, ...more: string[]) {
  const broker = await startMosquitto();
  t.after(() => broker.stop());
  const folder = emptyFolder(t);
  const args = ["log", "--broker", broker.url, "--http", "127.0.0.1:0", "--exec", command, ...more];
  const program = startFacepipe(t, args, { env: { OUT: folder, FACEPIPE_QOS: "1" } });
  await program.event("connected");
  return { broker, folder, program };
}

/** A face whose camera has a name that a shell, a terminal or a process could stumble over. */
function faceOf(camera: string): Buffer {
  const [message = Buffer.alloc(0)] = faceMessages(1);
  const decoded = decodeMessage(message);
  assert.ok(decoded.kind === "face");
  return encodeFace(smallPng(1), "png", { ...decoded.facts, camera });
}

async function publish(
  t: TestContext,
  broker: Mosquitto,
  payloads: readonly (Buffer | string)[],
): Promise<void> {
  const client = await clientAt(t, broker.url);
  await publishAll(
    client,
    payloads.map((payload) => ["faces/x", payload]),
  );
}

test("a command gets the picture on standard input and facts in its environment, and none of our settings", {
  skip,
}, async (t) => {
  const { broker, folder, program } = await start(
    t,
    'cat > "$OUT/$FACE_ID.$FACE_EXTENSION"; env | grep -a "^FACE" > "$OUT/env"; echo done >&2',
    "--log-level=debug",
  );
  const [face = Buffer.alloc(0)] = faceMessages(1, "entrance");
  await publish(t, broker, ["no picture", face]);
  await program.event("command_ended");
  const decoded = decodeMessage(face);
  assert.ok(decoded.kind === "face");
  const { id } = decoded.facts;
  assert.deepEqual(readdirSync(folder).sort(), [`${id}.png`, "env"].sort());
  assert.ok(readFileSync(join(folder, `${id}.png`)).equals(face));
  const variables = Object.fromEntries(
    readFileSync(join(folder, "env"), "utf8")
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const { FACE_JSON: json = "", ...rest } = variables;
  assert.deepEqual(rest, {
    FACE_TOPIC: "faces/x",
    FACE_CONTENT_TYPE: "image/png",
    FACE_EXTENSION: "png",
    FACE_CAMERA: "entrance",
    FACE_ID: id,
    FACE_CAPTURED_AT: "2026-11-21T14:03:22.123Z",
    FACE_X: "1",
    FACE_Y: "2",
    FACE_WIDTH: "30",
    FACE_HEIGHT: "30",
    FACE_SCORE: "0.9",
    FACE_DETECTOR: "haar",
  });
  assert.equal(JSON.parse(json).id, id);
  assert.match(program.stderr, /--exec: ok, faces\/x: done/);
});

test("names in the environment run nothing and are one line", { skip }, async (t) => {
  const { broker, folder, program } = await start(
    t,
    'printf "%s\\n" "$FACE_CAMERA" >> "$OUT/names"',
    "--exec-concurrency=1",
  );
  const names = [
    "$(touch $OUT/hacked)",
    "`touch $OUT/hacked`",
    '"; touch $OUT/hacked; "',
    "a\nb\0c\x1b[2J",
    "=é ü",
    "x".repeat(200),
  ];
  await publish(t, broker, names.map(faceOf));
  await program.stop();
  assert.deepEqual(readdirSync(folder), ["names"]);
  const expected = names.map((name) => name.replace(/\p{Cc}/gu, "\ufffd"));
  assert.deepEqual(readFileSync(join(folder, "names"), "utf8").split("\n").slice(0, -1), expected);
});

test("a failing command is counted, is one warning, and does not stop the log", { skip }, async (t) => {
  const { broker, program } = await start(t, "echo to no avail; exit 7");
  await publish(t, broker, faceMessages(5));
  await program.printed(/(QoS 1.*\n.*){5}/);
  await program.stop();
  const warnings = program.stderr.split("\n").filter((line) => line.includes("command_failed"));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /--exec: the command ended with 7: to no avail"/);
  assert.equal(program.stdout.trim().split("\n").length, 5);
});

test("pictures beyond those that wait for a slow command are skipped, and all are counted", {
  skip,
}, async (t) => {
  const { broker, folder, program } = await start(
    t,
    'until [ -e "$OUT/go" ]; do sleep 0.05; done',
    "--exec-concurrency=2",
  );
  await publish(t, broker, faceMessages(105));
  await program.printed(/(QoS 1.*\n.*){105}/);
  writeFileSync(join(folder, "go"), "");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(program.stderr)?.[0] ?? "";
  await untilMetrics(url, /^facepipe_commands_total\{result="ok"\} 102$/m);
  await untilMetrics(url, /^facepipe_commands_total\{result="skipped"\} 3$/m);
  assert.match(program.stderr, /the command is too slow, and 100 pictures wait for it: others are skipped/);
});

test("at the end log waits for its commands, and kills those that outlast the grace period", {
  skip,
}, async (t) => {
  const waits = await start(t, 'sleep 0.5; touch "$OUT/done"');
  await publish(t, waits.broker, faceMessages(1));
  await waits.program.printed(/QoS 1/);
  assert.equal((await waits.program.stop()).code, 0);
  assert.deepEqual(readdirSync(waits.folder), ["done"]);
  const kills = await start(t, 'echo $$ > "$OUT/pid"; sleep 600', "--grace=1");
  await publish(t, kills.broker, faceMessages(1));
  await kills.program.printed(/QoS 1/);
  assert.equal((await kills.program.stop()).code, 0);
  const pid = Number(readFileSync(join(kills.folder, "pid"), "utf8"));
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
});

test("how a command can end", async () => {
  const run = (text: string, stop: AbortSignal = never, input = Buffer.alloc(5e6)) =>
    runCommand({ text, input, environment: process.env }, stop);
  assert.deepEqual(await run("wc -c"), { result: "ok", reason: "", output: "5000000\n" });
  assert.deepEqual(await run("exec <&-; exit 0"), { result: "ok", reason: "", output: "" });
  assert.deepEqual(await run("true"), { result: "ok", reason: "", output: "" });
  const flood = await run("head -c 5000000 /dev/zero | tr '\\0' x; echo end; yes | head -c 5000000 >&2");
  assert.equal(flood.result, "ok");
  assert.equal(flood.output.length, 2000);
  assert.match((await run("no-such-command-here")).reason, /^ended with 127$/);
  assert.match((await run("kill -9 $$")).reason, /^was ended by SIGKILL$/);
  assert.equal(
    (await run("sleep 600 & exit 0")).result,
    "ok",
    "what stays in the background is not waited for",
  );
  const late = await run("sleep 600 & sleep 600; true", AbortSignal.timeout(300));
  assert.deepEqual([late.result, late.reason], ["timeout", "did not end in time and was killed"]);
  const tooLate = await run("echo started", AbortSignal.abort());
  assert.deepEqual([tooLate.result, tooLate.output], ["timeout", ""]);
  assert.match(tooLate.reason, /^was not started: /);
  const tooLarge = runCommand(
    { text: "true", input: Buffer.alloc(0), environment: { X: "x".repeat(3e6) } },
    never,
  );
  assert.match((await tooLarge).reason, /^cannot be started: /);
});

test("the recipes of docs/notifications.md send picture and facts", {
  skip: skip || (findCommand("curl") ? false : "needs curl"),
}, async (t) => {
  const page = readFileSync("docs/notifications.md", "utf8");
  const commands = Array.from(page.matchAll(/--exec '(curl [^']*)'/g), ([, command = ""]) => command);
  assert.equal(commands.length, 4);
  const requests: { request: IncomingMessage; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ request, body: await buffer(request) });
    response.end("{}");
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [face = Buffer.alloc(0)] = faceMessages(1, "entrance");
  const environment = {
    ...process.env,
    ...{ NTFY: `${url}/topic`, BOT: `${url}/bot1:x`, CHAT: "12", HOOK: `${url}/hook` },
    ...{
      FACE_CAMERA: "entrance",
      FACE_EXTENSION: "png",
      FACE_CONTENT_TYPE: "image/png",
      FACE_ID: "0193",
      FACE_JSON: '{"camera":"entrance"}',
    },
  };
  for (const text of commands)
    assert.deepEqual(await runCommand({ text, input: face, environment }, never), {
      result: "ok",
      reason: "",
      output: "{}",
    });
  const [ntfy, telegram, json, picture] = requests;
  assert.equal(ntfy?.request.headers["title"], "face at entrance");
  assert.equal(ntfy?.request.headers["filename"], "face.png");
  assert.ok(ntfy?.body.equals(face));
  assert.equal(telegram?.request.url, "/bot1:x/sendPhoto");
  assert.ok(telegram?.body.includes(face));
  for (const part of ['name="chat_id"\r\n\r\n12', 'name="caption"\r\n\r\nface at entrance', 'name="photo"'])
    assert.ok(telegram?.body.includes(part), part);
  assert.deepEqual(JSON.parse(String(json?.body)), { camera: "entrance" });
  assert.equal(json?.request.headers["content-type"], "application/json");
  assert.equal(picture?.request.url, "/hook/0193.png");
  assert.equal(picture?.request.headers["content-type"], "image/png");
  assert.ok(picture?.body.equals(face));
});
