import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { exitCodes, UserError } from "../../src/base/errors.ts";
import { loadRoles } from "../../src/roles/role-table.ts";
import { readBrokerUrl } from "../../src/settings/broker.ts";
import { readCommandLine } from "../../src/settings/command-line.ts";
import { withCommon } from "../../src/settings/common-options.ts";
import type { Environment } from "../../src/settings/environment.ts";
import { subcommandHelp } from "../../src/settings/help.ts";
import type { Options } from "../../src/settings/option.ts";
import { secretsOf } from "../../src/settings/read-settings.ts";
import { makeCertificates } from "../support/certificates.ts";
import { emptyFolder } from "../support/folder.ts";

const roles = await loadRoles();

/** The settings of a command line, without their type. */
function read(line: string | readonly string[], environment: Environment = {}): Record<string, unknown> {
  const args = typeof line === "string" ? line.split(" ") : line;
  const { settings } = readCommandLine(roles, args, environment);
  assert.ok(settings !== "help");
  return settings;
}

function setting(key: string, line: string, environment: Environment = {}): unknown {
  return read(line, environment)[key];
}

/** The error of a wrong command line. */
function refusal(line: string | readonly string[], environment: Environment = {}): string {
  try {
    read(line, environment);
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, exitCodes.usage);
    return error.sentence;
  }
  return assert.fail(`${line} was accepted`);
}

test("a flag overrides the environment, the environment overrides the default", () => {
  assert.equal(setting("topic", "log"), "faces/#");
  assert.equal(setting("topic", "log", { FACEPIPE_TOPIC: "a" }), "a");
  assert.equal(setting("topic", "log --topic b", { FACEPIPE_TOPIC: "a" }), "b");
  assert.equal(setting("topic", "log --topic=b=c", { FACEPIPE_TOPIC: "a" }), "b=c");
  assert.equal(setting("topic", "log --topic a --topic b"), "b");
  assert.equal(setting("topic", "log", { FACEPIPE_TOPIC: "" }), "faces/#", "empty is not set");
  assert.equal(setting("username", "log", { FACEPIPE_USERNAME: "" }), undefined);
  assert.match(refusal("store", { FACEPIPE_TO: "" }), /^--to \(or FACEPIPE_TO\) is required/);
});

test("a switch is turned on by its flag, on or off by a value", () => {
  const dryRun = (line: string, value?: string) =>
    setting("dryRun", `detect --camera 0${line}`, value === undefined ? {} : { FACEPIPE_DRY_RUN: value });
  assert.equal(dryRun(""), false);
  assert.equal(dryRun(" --dry-run"), true);
  assert.equal(dryRun(" --dry-run=false"), false);
  for (const text of ["true", "TRUE", "1", "yes", "on"]) assert.equal(dryRun("", text), true, text);
  for (const text of ["false", "0", "no", "off", ""]) assert.equal(dryRun("", text), false, text);
  assert.equal(dryRun(" --dry-run=false", "true"), false);
  assert.equal(dryRun(" --dry-run", "false"), true);
  const maybe = refusal("detect --camera 0", { FACEPIPE_DRY_RUN: "maybe" });
  assert.match(maybe, /^FACEPIPE_DRY_RUN "maybe": must be true or false/);
});

test("every option of every role has a variable, and the help shows both with the default", () => {
  for (const role of roles) {
    const options = withCommon(role.options);
    const help = subcommandHelp({ ...role, options }).replace(/\s+/g, " ");
    for (const [key, option] of Object.entries(options)) {
      const words = key.replace(/[A-Z]/g, (letter) => `-${letter}`);
      assert.ok(help.includes(` --${words.toLowerCase()} `), `${role.name}: --${words.toLowerCase()}`);
      const variable = `env: FACEPIPE_${words.replaceAll("-", "_").toUpperCase()})`;
      const row = `${standardOf(option)}${variable}`;
      assert.ok(help.includes(row), `${role.name}: ${row}`);
      // The default is parsed as a user's value is.
      if (option.fallback !== undefined) assert.doesNotThrow(() => option.parse(option.fallback ?? ""), key);
    }
  }
});

function standardOf({ required, fallback, fallbackNote = fallback }: Options[string]): string {
  const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (typeof required === "object") return `required unless ${required.unless.map(flagOf).join(" or ")}, `;
  if (required) return "required, ";
  return fallbackNote === undefined ? "" : `default: ${fallbackNote}, `;
}

test("all faults are reported together", () => {
  const text = refusal(
    "detect --colour --fps none --qos 3 surplus --format gif --name a/b --limit 0 --cert no-such-file --broker --password-file nowhere --password x",
    { FACEPIPE_CAMRA: "0", FACEPIPE_MARGIN: "-1", FACEPIPE_HTTP: "http" },
  );
  for (const fault of [
    "--colour: there is no such option, did you mean --color?",
    '--fps "none": must be a number',
    '--qos "3": must be 0, 1 or 2',
    '"surplus" is not an option; each value belongs to a --flag',
    '--format "gif": must be one of png, jpeg',
    '--name "a/b": must be without /, # and +',
    '--limit "0": must be 1 or more',
    '--cert "no-such-file": cannot be read (ENOENT)',
    "--broker needs a value: URL",
    "--password-file: cannot be read (ENOENT)",
    "--password needs --username",
    "--camera (or FACEPIPE_CAMERA) is required: a number",
    "FACEPIPE_CAMRA is set, but no option reads it, did you mean FACEPIPE_CAMERA?",
    'FACEPIPE_MARGIN "-1": must be 0 to 200',
    'FACEPIPE_HTTP "http": must be PORT or HOST:PORT',
  ]) {
    assert.ok(text.includes(`\n  ${fault}`), `${fault} is missing in ${text}`);
  }
  assert.match(text, /^15 faults:/);
  assert.match(text, /\nfacepipe detect --help shows its options$/);
});

test("a single fault is one sentence", () => {
  assert.equal(
    refusal("log --topc a"),
    "--topc: there is no such option, did you mean --topic? facepipe log --help shows its options",
  );
  assert.equal(refusal("log --qos"), "--qos needs a value: N. facepipe log --help shows its options");
  assert.match(refusal("lok"), /^"lok" is no role, did you mean log\?; there are detect, log, /);
  assert.match(refusal([]), /^no role was given; there are detect, log, /);
  assert.match(refusal("log -x"), /^-x: there is no such option/);
  assert.match(refusal("log --"), /^--: there is no such option/);
  assert.match(refusal("log --topic a/#/b"), /^--topic "a\/#\/b": may have # only as its last level/);
});

test("faults between options", async (t) => {
  const file = (await makeCertificates(emptyFolder(t), ["DNS:localhost"], "client")).client.cert;
  assert.match(refusal(`log --ca ${import.meta.filename}`), /: is not a PEM file/);
  assert.match(refusal(`log --broker mqtts://a --cert ${file}`), /^--cert needs --key/);
  assert.match(refusal(`log --broker mqtts://a --key ${file}`), /^--key needs --cert/);
  assert.match(refusal(`log --username u --password a --password-file ${file}`), /cannot both be set/);
  assert.match(refusal(`forward --to mqtts://a --to-cert ${file}`), /^--to-cert needs --to-key/);
  assert.match(refusal(`log --cert ${file} --key ${file}`), /^--ca and --cert need an address with TLS/);
  assert.match(refusal("log --password a"), /^--password needs --username/);
  assert.match(refusal("log --client-id a/#"), /^--client-id must be without/);
  assert.match(
    refusal(`forward --to mqtt://a --from-username u --from-password a`, {
      FACEPIPE_FROM_PASSWORD_FILE: file,
    }),
    /^--from-password and --from-password-file cannot both/,
  );
});

test("variables of Kubernetes and of tests are ignored, a mistyped variable is a fault", () => {
  const injected = [
    "SERVICE_HOST",
    "SERVICE_PORT",
    "PORT",
    "PORT_1883_TCP",
    "BROKER_PORT_1883_TCP_ADDR",
    "BROKER_SERVICE_PORT_MQTT",
    "EDGE_BROKER_SERVICE_HOST",
    "TEST_X",
  ];
  const environment = Object.fromEntries(injected.map((name) => [`FACEPIPE_${name}`, "tcp://10.0.0.1:1883"]));
  assert.equal(setting("topic", "log", { ...environment, OTHER: "1", facepipe_topic: "x" }), "faces/#");
  // One ConfigMap can be shared by all roles.
  assert.equal(setting("topic", "log", { FACEPIPE_REMOTE_TOPIC: "x", FACEPIPE_CAMERA: "0" }), "faces/#");
  for (const name of ["FACEPIPE_QOSS", "FACEPIPE_SUPPORT", "FACEPIPE_", "FACEPIPE_PORTS"]) {
    assert.match(refusal("log", { [name]: "1" }), new RegExp(`^${name} is set, but no option reads it`));
  }
});

test("a broker's URL", () => {
  const anonymous = { username: undefined, password: undefined };
  const same = { ...anonymous, path: "", protocol: "mqtt" };
  assert.deepEqual(readBrokerUrl("mqtt://h"), { ...same, href: "mqtt://h:1883", host: "h", port: 1883 });
  assert.deepEqual(readBrokerUrl("mqtts://h.example:99/"), {
    ...anonymous,
    href: "mqtts://h.example:99",
    protocol: "mqtts",
    host: "h.example",
    port: 99,
    path: "",
  });
  assert.deepEqual(readBrokerUrl("ws://[::1]:80/mqtt?a=b"), {
    ...anonymous,
    href: "ws://[::1]:80/mqtt?a=b",
    protocol: "ws",
    host: "::1",
    port: 80,
    path: "/mqtt?a=b",
  });
  const login = readBrokerUrl("mqtt://us%40er:p%2Fa:s%40s%C3%A9@[fe80::1]");
  assert.deepEqual(login, {
    ...same,
    href: "mqtt://[fe80::1]:1883",
    host: "fe80::1",
    port: 1883,
    username: "us@er",
    password: "p/a:s@sé",
  });
  for (const bad of ["", "h", "h:1883", "mqtt:", "mqtt://", "http://h", "mqtt://h:99999", "mqtt://a b"])
    assert.throws(() => readBrokerUrl(bad), { message: /^must / }, bad);
  assert.throws(() => readBrokerUrl("mqtt://u:50%@h"), { message: /^has a % in its credentials .* %25/ });
});

test("a password can be read from a file: its first line", (t) => {
  const folder = emptyFolder(t);
  for (const [content, password] of [
    ["secret", "secret"],
    ["secret\n", "secret"],
    ["secret \r\nmore\n", "secret "],
    ["pässwörd\n", "pässwörd"],
  ] as const) {
    const file = join(folder, "password");
    writeFileSync(file, content);
    assert.equal(setting("passwordFile", `log --username u --password-file ${file}`), password);
  }
});

test("an address for health and metrics", () => {
  const http = (text: string) => setting("http", `log --http ${text}`);
  assert.deepEqual(http("8080"), { host: "", port: 8080 });
  assert.deepEqual(http("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.deepEqual(http("[::1]:80"), { host: "::1", port: 80 });
  for (const bad of ["65536", "host", ":80", "8080/", "-1"])
    assert.match(refusal(`log --http ${bad}`), /must be PORT/);
});

test("no fault shows a secret, however the value is malformed", () => {
  const lines: (readonly string[])[] = [
    ["log", "--broker", "mqtt//user:hunter2@x"],
    ["log", "--broker", "user:hunter2@x"],
    ["log", "--broker", "mqtt://user:p@hunter2@[x"],
    ["log", "--broker", "mqtt://user:hunter2/more@x:port"],
    ["log", "--broker", "mqtt://user:hunter2%zz@x"],
    ["log", "--broker", "mqtt://user:hun ter2 hunter2@x:y"],
    ["log", "--broker", 'mqtt://us"er:hunter2@x:y'],
    ["log", "--broker=http://user:hunter2@x"],
    ["log", "mqtt://user:hunter2@x"],
    ["mqtt://user:hunter2@x"],
    ["log", "--pasword", "hunter2"],
    ["log", "--pasword=hunter2"],
    ["log", "--password", "-hunter2", "--qos", "7"],
    ["log", "--password", "--hunter2", "--qos", "7"],
    ["log", "--password=hunter2", "--password-file", "nowhere"],
    ["log", "--password-file", "hunter2"],
    ["forward", "--to", "mqtt:/u:hunter2@x", "--from", "x://u:hunter2@x"],
  ];
  for (const line of lines) assert.doesNotMatch(refusal(line), /hunter2/, line.join(" "));
  assert.doesNotMatch(refusal("log", { FACEPIPE_BROKER: "mqtt//u:hunter2@x" }), /hunter2/);
  // What is not secret is shown, since it explains the fault.
  assert.match(refusal("log --broker http://broker.example"), /"http:\/\/broker\.example"/);
});

test("a value may begin with a dash, and a missing value is a fault", () => {
  assert.equal(setting("password", "log --username u --password -x8f"), "-x8f");
  assert.equal(setting("password", "log --username u --password --x8f"), "--x8f");
  assert.match(refusal("log --username --qos 1"), /^--username needs a value/);
});

test("secretsOf finds the secrets among the settings", () => {
  const role = roles.find(({ name }) => name === "forward");
  const settings = read(
    "forward --from mqtt://a:one@h --to mqtt://b:two@h --from-username a --from-password three --to-username four",
  );
  assert.deepEqual(new Set(secretsOf(role?.options ?? {}, settings)), new Set(["one", "two", "three"]));
});

test("what only has an @ or :// in a name is no address with a login", (t) => {
  const folder = emptyFolder(t);
  const odd = join(folder, "a:b@c.png");
  writeFileSync(odd, "");
  for (const camera of [
    odd,
    "me@work.mp4",
    "./a:me@work.mp4",
    "/data/rtsp://me@x/y.mp4",
    "http://10.0.0.7/a@b",
    "http://[fe80::1]:8080/a@b",
    "http://localhost/v?user=a@b",
    "rtsp://cam/a:b",
  ])
    assert.deepEqual(read(["detect", "--camera", camera])["camera"], [camera]);
  const two = `rtsp://cam:554/x\n${odd}`;
  assert.deepEqual(setting("camera", "detect", { FACEPIPE_CAMERA: two }), two.split("\n"));
  for (const camera of ["http://cam.example/a@b", "http://cam/path?user=a@b", "rtsp://u:p@10.0.0.7/x#y@z"])
    assert.match(
      refusal(["detect", "--camera", camera]),
      /write @ as %40; a configuration file \(--config\)/,
      camera,
    );
  assert.deepEqual(
    setting("to", "store --to file:///data/me@home"),
    setting("to", "store --to /data/me@home"),
  );
  assert.match(
    refusal("store --to ./x --endpoint http://a:b@s3"),
    /must be without a user name and password/,
  );
});

test("an endpoint in the SDK's variables must be without a login, too", () => {
  for (const name of ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"]) {
    const odd = { [name]: "http://key:2024#secret@s3.example" };
    const fault = refusal("audit --from s3://bucket", odd);
    assert.ok(fault.startsWith(`${name} must be without a user name and password`), fault);
    assert.doesNotMatch(fault, /2024|secret/);
    assert.ok(setting("broker", "log", odd));
    assert.ok(setting("to", "store --to s3://bucket", { [name]: "http://127.0.0.1:9000" }));
  }
});

test("a text file may have a byte order mark, as Windows writes it", async (t) => {
  const file = join(emptyFolder(t), "file");
  const bigEndian = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16();
  const { client } = await makeCertificates(emptyFolder(t), ["DNS:localhost"], "client");
  const pem = readFileSync(client.cert, "utf8");
  for (const encode of [
    (text: string) => Buffer.from(text),
    (text: string) => Buffer.from(`\ufeff${text}`),
    (text: string) => Buffer.from(`\ufeff${text}`, "utf16le"),
    bigEndian,
  ]) {
    writeFileSync(file, encode("pässwörd #1\r\n"));
    assert.equal(setting("passwordFile", `log --username u --password-file ${file}`), "pässwörd #1");
    writeFileSync(file, encode(pem));
    assert.equal(String(setting("ca", `log --broker mqtts://h --ca ${file}`)), pem);
  }
  for (const bytes of [Buffer.from("pässwörd", "latin1"), Buffer.from("password", "utf16le")]) {
    writeFileSync(file, bytes);
    assert.match(
      refusal(`log --username u --password-file ${file}`),
      /: is not text in UTF-8, .* save it as/,
    );
  }
});
