import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { UserError } from "../../src/base/errors.ts";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { facepipe, type Output, type StartOptions } from "../support/facepipe.ts";
import { emptyFolder } from "../support/folder.ts";
import { mosquittoMissing, startMosquitto } from "../support/mosquitto.ts";
import { oddPasswords, plainPasswords, showsPassword } from "../support/odd-passwords.ts";

interface Run {
  readonly args: readonly string[];
  readonly options?: StartOptions;
  readonly password: string;
}

/** Runs them two at a time and returns what each printed, in which there must be nothing of its password. */
async function outputs(t: TestContext, runs: readonly Run[]): Promise<Output[]> {
  const found: Output[] = [];
  const queue = [...runs.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, { args, options, password }] = next;
      const output = await facepipe(t, args, options);
      const printed = output.stdout + output.stderr;
      assert.ok(!showsPassword(printed), `${JSON.stringify(password)} with ${args[0]}: ${printed}`);
      found[index] = output;
    }
  };
  await Promise.all([work(), work()]);
  return found;
}

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Command lines in which `login`, a user name and a password as they are, is in every URL. */
const everywhere: readonly ((login: string) => Pick<Run, "args" | "options">)[] = [
  (login) => ({
    args: [
      ...["detect", "--dry-run", "--camera", `rtsp://${login}@cam.local/stream`],
      ...["--broker", `mqtt://${login}@h`, "--model-url", `https://${login}@h/m`],
    ],
  }),
  (login) => ({ args: ["forward", "--from", `mqtt://${login}@h`, "--to", `wss://${login}@h/mqtt`] }),
  (login) => ({
    args: ["store", "--to", `s3://${login}@bucket/x`, "--endpoint", `http://${login}@s3.example`],
    options: { env: { FACEPIPE_BROKER: `mqtts://${login}@h:8883/` } },
  }),
  (login) => ({ args: ["log", `--broker=ws://${login}@h`, "--log-format", "pretty"] }),
  (login) => ({
    args: ["detect", "--camera", "0"],
    options: { env: { FACEPIPE_BROKER: `mqtt://${login}@h`, FACEPIPE_CAMERA: `http://${login}@cam` } },
  }),
  (login) => ({ args: ["camera-check", "--quiet", "--camera", `rtsp://${login}@cam.local/stream`] }),
  (login) => ({ args: ["broker-check", "--json", "--broker", `mqtt://${login}@h`] }),
  (login) => ({ args: ["up", "--camera", `http://${login}@cam.local:8080/v`, "--log-level", "trace"] }),
  (login) => ({ args: ["audit", "--from", `s3://${login}@bucket`, "--endpoint", `https://${login}@s3`] }),
  // No URL at all, by mistake.
  (login) => ({ args: ["detect", "--dry-run", "--camera", `${login}@cam.local`] }),
  (login) => ({ args: ["log", "--broker", `mqtt:/${login}@h`, "--pasword", login] }),
];

/** Which part of the cases starts a process. */
const every = (n: number) => (_: unknown, index: number) => index % n === 0;

test("no fault of a command line has an odd password, wherever it is", async () => {
  const roles = await loadRoles();
  for (const password of oddPasswords)
    for (const commandLine of everywhere) {
      const { args, options } = commandLine(`admin:${password}`);
      const what = JSON.stringify(args);
      assert.throws(
        () => readCommandLine(roles, args, options?.env ?? {}),
        (error: Error) => {
          assert.ok(error instanceof UserError && error.code === "USAGE", `${what}: ${error.stack}`);
          // Before the redaction of what is printed.
          assert.ok(!showsPassword(error.sentence), `${what}: ${error.sentence}`);
          return true;
        },
        what,
      );
    }
});

test("an odd password in a URL is a usage fault that says how to write it, and is not shown", async (t) => {
  const runs = oddPasswords.filter(every(3)).map((password, index) => {
    const commandLine = everywhere[index % everywhere.length] ?? assert.fail();
    return { ...commandLine(`admin:${password}`), password };
  });
  for (const [index, { code, stdout, stderr }] of (await outputs(t, runs)).entries()) {
    const what = `${JSON.stringify(runs[index]?.args)}: ${stderr}`;
    assert.deepEqual([code, stdout], [3, ""], what);
    assert.doesNotMatch(stderr, /bug of facepipe/, what);
    if (/(camera|broker|to),?[ =]?(rtsp|mqtt|wss):\/\//.test(String(runs[index]?.args)))
      assert.match(stderr, /%23|%0A/, what);
  }
});

test("a password with spaces that has no quotation marks is not shown", async (t) => {
  const words = ["Qzk7", "and", "vWm3@cam"];
  const runs = [
    ["detect", "--dry-run", "--camera", "rtsp://admin:my", ...words],
    ["detect", "--dry-run", "--camera", "rtsp://admin:20", "-Qzk7", "--vWm3@cam"],
    ["log", "--username", "u", "--password", "my", "Qzk7", "vWm3"],
    ["log", "--password", "my", "--Qzk7"],
    ["log", "--pasword", "--Qzk7"],
  ].map((args) => ({ args, password: words.join(" ") }));
  for (const { code } of await outputs(t, runs)) assert.equal(code, 3);
});

test("passwords in a GStreamer pipeline are not shown, whatever is wrong with it", async (t) => {
  const password = "vWm3-Qzk7";
  const source = `rtspsrc location=rtsp://eve:${password}@127.0.0.1:1/x user-pw=${password}`;
  const runs = [
    [
      "detect",
      "--dry-run",
      "--log-level",
      "trace",
      "--camera",
      `gst:${source} ! rtph264depay ! h264parse ! decodebin`,
    ],
    [
      "detect",
      "--dry-run",
      "--camera",
      `gst:souphttpsrc location=http://h extra-headers="a,Authorization=${password}" x=1`,
    ],
    ["detect", "--dry-run", "--camera", `gst:srtsrc passphrase='${password}' nosuch=1`],
    ["up", "--dry-run", "--camera", `gst:${source} ! nosuchelement`],
    // Faults of the command line: an open quotation mark, a line break, words without quotation marks.
    ["detect", "--camera", `gst:srtsrc passphrase="${password}`],
    ["detect", "--camera", `gst:rtspsrc location=rtsp://h/x\n user-pw=${password} ! decodebin`],
    ["detect", "--camera", "gst:rtspsrc", "location=rtsp://h/x", `user-pw=${password}`],
  ].map((args) => ({ args, password }));
  const found = await outputs(t, runs);
  assert.deepEqual(
    found.map(({ code }) => code),
    [1, 1, 1, 3, 3, 3, 3],
  );
  assert.match(found[5]?.stderr ?? "", /a pipeline of several lines: .*write it in one line/);
});

/** Passwords of all kinds, a few of each. */
const some = [...oddPasswords, ...plainPasswords].filter(every(8));

test("an encoded password is in nothing that is printed, whether the broker is there or not", {
  skip: mosquittoMissing() ?? false,
}, async (t) => {
  const folder = emptyFolder(t);
  const broker = await startMosquitto({ users: { alice: "other" } });
  t.after(() => broker.stop());
  // It sends back what it receives, the password included.
  const echo = await listen(
    t,
    createServer((socket: Socket) => void socket.on("error", () => undefined).pipe(socket)),
  );
  const silent = "127.0.0.1:1";
  const hosts = [broker.url.replace("mqtt://", ""), silent, echo];
  const runs = some.map((password, index) => {
    const encoded = `mqtt://al%69ce:${encodeURIComponent(password)}@${hosts[index % hosts.length]}`;
    const plain = `mqtt://${hosts[index % hosts.length]}`;
    const file = join(folder, `${index}`);
    writeFileSync(file, password.split(/[\r\n]/)[0] ?? "");
    const login = [
      "--username",
      "alice",
      ...(index % 2 ? ["--password", password] : ["--password-file", file]),
    ];
    const commandLine =
      [
        ["log", "--broker", encoded],
        ["broker-check", "--broker", encoded],
        ["forward", "--from", encoded, "--to", encoded],
        ["broker-check", "--json", "--broker", plain, ...login],
        ["store", "--to", folder, "--broker", plain, ...login],
        ["detect", "--camera", "synthetic:seconds=1", "--broker", encoded, "--detector", "haar"],
      ][index % 6] ?? assert.fail();
    const format = index % 4 < 2 ? "json" : "pretty";
    const args = [...commandLine, "--connect-timeout", "1", "--log-level", "trace", "--log-format", format];
    return { args, password };
  });
  for (const [index, { code, stderr }] of (await outputs(t, runs)).entries())
    assert.ok(code === 1 || code === 2, `${runs[index]?.args}: ${code} ${stderr}`);
});

test("a camera receives the password that was encoded, and no output has it", async (t) => {
  const received: string[] = [];
  const server = createHttpServer((request, response) => {
    const [, basic = ""] = (request.headers.authorization ?? "").split(" ");
    if (basic !== "") received.push(Buffer.from(basic, "base64").toString());
    response.writeHead(401, { "www-authenticate": 'Basic realm="camera"' }).end(`not with ${basic}`);
  });
  const host = await listen(t, server);
  const file = join(emptyFolder(t), "facepipe.yaml");
  const passwords = ["Qzk7#vWm3/?", "Qzk7 vWm3@", 'Qzk7:%"\\é'];
  const runs = passwords.map((password, index) => {
    const url = `http://admin:${encodeURIComponent(password)}@${host}/video`;
    // As Windows' Notepad writes it.
    const config = `\ufeffdetect:\r\n  cameras:\r\n    - camera: ${url}\r\n`;
    writeFileSync(`${file}${index}`, config, index % 2 ? "utf16le" : "utf8");
    const camera = index < 2 ? ["--config", `${file}${index}`] : ["--camera", url];
    return { args: ["detect", "--dry-run", ...camera, "--log-level", "trace"], password };
  });
  for (const { code, stderr } of await outputs(t, runs)) assert.equal(code, 1, stderr);
  assert.deepEqual(new Set(received), new Set(passwords.map((password) => `admin:${password}`)));
});
