import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigFolder } from "../../support/config.ts";

test("a flag beats a variable, which beats the section, which beats the top, which beats the default", (t) => {
  const config = new ConfigFolder(t);
  const topic = (text: string, line = "log", environment = {}) =>
    config.read(text, line, environment)["topic"];
  const both = "topic: top\nlog: { topic: section }\n";
  assert.equal(topic(""), "faces/#");
  assert.equal(topic("topic: top\n"), "top");
  assert.equal(topic(both), "section");
  assert.equal(topic(both, "store --to ./x"), "top");
  assert.equal(topic(both, "log", { FACEPIPE_TOPIC: "variable" }), "variable");
  assert.equal(topic(both, "log --topic flag", { FACEPIPE_TOPIC: "variable" }), "flag");
  assert.equal(topic(both, "log", { FACEPIPE_TOPIC: "" }), "section", "an empty variable is not set");
});

test("one file serves the roles of an edge, of a cloud, and up", (t) => {
  const config = new ConfigFolder(t);
  const text = `
broker: mqtt://edge:1884
log-level: debug
cameras: [{ name: door, camera: synthetic, fps: 5 }]
detect: { emit: best }
forward: { from: mqtt://edge:1884, to: mqtts://cloud, to-username: edge, to-password-file: /nowhere/forward }
store: { to: s3://faces, broker: mqtts://cloud, ca: /nowhere/ca.pem }
up: { to: ./faces, emit: every:2 }
audit: { from: s3://faces }
`;
  const of = (role: string, ...keys: string[]) => {
    const settings = config.read(text, role);
    return keys.map((key) => settings[key]);
  };
  const broker = (host: string, port: number) => (found: unknown) =>
    assert.deepEqual([(found as { host: string }).host, (found as { port: number }).port], [host, port]);
  broker("edge", 1884)(of("detect", "broker")[0]);
  assert.deepEqual(of("detect", "emit", "logLevel"), [{ kind: "best" }, "debug"]);
  assert.deepEqual(of("up", "emit"), [{ kind: "every", seconds: 2 }]);
  assert.deepEqual(of("audit", "from"), [{ kind: "s3", bucket: "faces", prefix: "" }]);
  for (const role of ["detect", "up", "camera-check"])
    assert.deepEqual(
      config.read(text, role).cameras.map(({ name, camera, fps }) => [name, camera, fps]),
      [[["door"], ["synthetic"], 5]],
    );
  // The files of the other roles are on other machines; a role's own must be there.
  assert.deepEqual(config.faults(text, "forward"), [
    "facepipe.yaml:6: forward.to-password-file: cannot be read (ENOENT): no such file or directory",
  ]);
  assert.match(
    config.faults(text, "store")[0] ?? "",
    /^facepipe\.yaml:7: store\.ca "\/nowhere\/ca\.pem": cannot/,
  );
});

test("up takes what its own section leaves open from those of detect and store", (t) => {
  const config = new ConfigFolder(t);
  const text = `
broker: mqtt://edge
detect:
  http: 9001
  emit: best
  fps: 5
  spool: ./detect-spool
  cameras: [{ name: door, camera: synthetic, fps: 2 }, { camera: 1 }]
store: { to: ./faces, log-level: debug }
forward: { to: mqtts://cloud }
`;
  const { emit, spool, to, http, logLevel, cameras } = config.read(text, "up");
  assert.deepEqual(emit, { kind: "best" });
  assert.equal(spool, "./detect-spool");
  assert.match(String((to as { directory: string }).directory), /faces$/);
  assert.deepEqual([http, logLevel], [undefined, "info"], "these are of the other role alone");
  assert.deepEqual(
    cameras.map(({ name, camera, fps }) => [name, camera, fps]),
    [
      [["door"], ["synthetic"], 2],
      [[], ["1"], 5],
    ],
  );
  const own = config.read(`${text}up: { emit: all, cameras: [{ camera: 7 }] }\n`, "up");
  assert.deepEqual(own["emit"], { kind: "all" });
  assert.deepEqual(
    own.cameras.map(({ camera }) => camera),
    [["7"]],
  );
  assert.deepEqual(config.read(text, "log")["logLevel"], "info");
});

test("values are read as they are written, whatever YAML takes them for", (t) => {
  const config = new ConfigFolder(t);
  const value = (key: string, text: string) => config.read(`log: { username: u, ${text} }\n`, "log")[key];
  for (const text of ["true", "True", "yes", "on", "1", '"true"', "'on'"])
    assert.equal(value("json", `json: ${text}`), true, text);
  for (const text of ["false", "no", "off", "0", '"no"'])
    assert.equal(value("json", `json: ${text}`), false, text);
  for (const text of ["no", "010", "0o17", "1e3", "12:30:45", "2026-11-25", "0x1F", "1_000", ".5", "null_"])
    assert.equal(value("clientId", `client-id: ${text}`), text);
  assert.equal(value("password", "password: '*a &b !c #d'"), "*a &b !c #d");
  assert.equal(value("password", 'password: "null"'), "null");
  assert.equal(value("connectTimeout", "connect-timeout: 1e3"), 1000);
  assert.equal(value("connectTimeout", "connect-timeout: 010"), 10);
  const block = (text: string) =>
    config.read(`log:\n  username: u\n  password: ${text}\n`, "log")["password"];
  assert.equal(block("|\n    pass word\n"), "pass word");
  assert.equal(block(">-\n    pass\n    word\n"), "pass word");
  assert.equal(config.read('{"log": {"json": true, "http": 8080}}', "log")["json"], true, "JSON is YAML");
});

test("encodings, line ends and documents", (t) => {
  const config = new ConfigFolder(t);
  const text = "log-level: debug\nlog: { client-id: pässwörd }\n";
  for (const content of [
    text,
    `\ufeff${text}`,
    text.replaceAll("\n", "\r\n"),
    text.replaceAll("\n", "\r"),
    Buffer.from(`\ufeff${text}`, "utf16le"),
    Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
    `---\n${text}...\n`,
    `%YAML 1.1\n---\n${text}`,
  ]) {
    const { logLevel, clientId } = config.read(content, "log");
    assert.deepEqual([logLevel, clientId], ["debug", "pässwörd"], JSON.stringify(String(content)));
  }
  for (const nothing of ["", "\n", "# nothing yet\n", "---\n", "~\n"])
    assert.equal(config.read(nothing, "log")["logLevel"], "info", JSON.stringify(nothing));
  for (const content of [Buffer.from(text, "latin1"), Buffer.from(text, "utf16le"), Buffer.from([0, 1, 2])])
    assert.match(config.faults(content).join(), /^--config "facepipe\.yaml": is not text in UTF-8, /);
  assert.deepEqual(config.faults(`${text}---\n${text}`), [
    "facepipe.yaml:3: a second document begins here (---): a configuration file is one",
  ]);
});

test("a file that cannot be read, or is none", (t) => {
  const config = new ConfigFolder(t);
  const fault = (path: string) => config.faults(undefined, ["log", "--config", path]).join("\n");
  assert.match(
    fault("/nowhere/x.yaml"),
    /^--config "\/nowhere\/x\.yaml": cannot be read \(ENOENT\): no such file/,
  );
  assert.match(fault(config.folder), /: cannot be read \(EISDIR\): it is a directory$/);
  assert.match(fault(""), /^--config "": must not be empty/);
  assert.match(
    config.faults("x".repeat(2 ** 20 + 1)).join(),
    /^--config "facepipe\.yaml": is larger than 1 MiB/,
  );
  const variable = config.faults(undefined, "log", { FACEPIPE_CONFIG: "/nowhere" });
  assert.match(variable.join(), /^FACEPIPE_CONFIG "\/nowhere": cannot be read/);
  // What the file would have set is not missing.
  assert.match(
    config.faults(undefined, "store --config /nowhere").join(),
    /^--config "\/nowhere": cannot be read/,
  );
});

test("twelve faults are twelve lines, with those of flags and variables", (t) => {
  const config = new ConfigFolder(t);
  const text = `broker: mqtt://user:hunter2@@edge
log-levle: debug
detect:
  fps: abc
  detector: haar
  align: true
  emit:
  remote-topic: x
  cameras:
    - { name: door, camera: 0, mask: [0,0 0.3,0 0.3,1] }
    - { name: door, camera: 1 }
    - { nmae: yard, camera: 2, spool: ./x }
    - { camera: 3, stall-timeout: 0 }
forward: { to: s3://bucket, to-password: hunter2 }
\tstore: { to: ./faces }
log: { json: maybe }
qos: [1, 2]
`;
  const faults = config.faults(text, "detect --min-face none", { FACEPIPE_SCORE: "2", FACEPIPE_MSAK: "x" });
  assert.deepEqual(
    faults.map((fault) => fault.slice(0, 60)),
    [
      '--min-face "none": must be a number',
      'FACEPIPE_SCORE "2": must be 0 to 1',
      "FACEPIPE_MSAK is set, but no option reads it, did you mean FACEPIPE_MASK?",
      'facepipe.yaml:1: broker "mqtt://***@edge": has a character in its cred',
      "facepipe.yaml:2: log-levle: there is no such option and no such role, did you mean log-level?",
      'facepipe.yaml:4: detect.fps "abc": must be a number',
      "facepipe.yaml:6: --align needs landmarks, which --detector haar does not find",
      "facepipe.yaml:7: detect.emit has no value: E",
      "facepipe.yaml:8: detect.remote-topic: there is no such option; it is an option of forward",
      "facepipe.yaml:10: detect.cameras[0].mask: a comma separates the items of a list",
      'facepipe.yaml:11: detect.cameras[1].name "door": two cameras cannot have the same name, see line 10',
      "facepipe.yaml:12: detect.cameras[2].nmae: there is no such option, did you mean name?",
      "facepipe.yaml:12: detect.cameras[2].spool: there is no such option; it cannot be set for one camera alone",
      'facepipe.yaml:13: detect.cameras[3].stall-timeout "0": must be 0.5 to 3600',
      'facepipe.yaml:14: forward.to "s3://bucket": must start with mqtt://',
      "facepipe.yaml:15: the indentation contains a tab: use spaces",
      'facepipe.yaml:16: log.json "maybe": must be true or false',
      "facepipe.yaml:17: qos: must be one value, not a list",
    ].map((fault) => fault.slice(0, 60)),
  );
  assert.doesNotMatch(faults.join("\n"), /hunter2/);
});

test("what is wrong with the form of a file", (t) => {
  const config = new ConfigFolder(t);
  const one = (text: string, fault: RegExp, line = "log") => {
    const faults = config.faults(text, line);
    assert.equal(faults.length, 1, `${JSON.stringify(text)}: ${faults.join("\n")}`);
    assert.match(faults[0] ?? "", fault);
    assert.match(faults[0] ?? "", /^facepipe\.yaml:\d+: /);
    assert.doesNotMatch(faults[0] ?? "", /hunter2/, text);
  };
  one("log:\n\tjson: true\n", /:2: the indentation contains a tab/);
  one("qos: 1\nqos: 2\n", /:2: qos is there twice, first in line 1/);
  one("qos:\n", /:1: qos has no value: N/);
  one("qos: ~\n", /:1: qos has no value: N/);
  one("qos: { a: 1 }\n", /:1: qos: must be one value, N/);
  one("hello\n", /:1: the file must be a mapping/);
  one("- a\n", /:1: the file must be a mapping/);
  one("log: [json]\n", /:1: log must be a mapping/);
  one("audit: 5\n", /:1: audit must be a mapping/);
  one("log:\n  password: *hunter2\n", /:2: a value that begins with \* is an alias/);
  one("log:\n  username: u\n  password: &abc hunter2\n", /:3: a value that begins with & is an anchor/);
  one("log:\n  password: !hunter2 x\n", /:2: tags \(!\.\.\.\) are not supported/);
  one("log:\n  password: !!binary aGk=\n", /:2: tags/);
  one("log:\n  password: @hunter2\n", /:2: a value cannot begin with this character/);
  one('log:\n  password: "hunter2\nqos: 9\n', /:2: a quotation mark is not closed/);
  one("password:hunter2\nlog-level: info\n", /:1: a key must be followed by one `: `/);
  one("log:\n  json: true\n  password:hunter2\n", /:3: a key must be followed by one `: `/);
  one("log:\n  password: hunter2: x\n", /:2: a key must be followed by one `: `/);
  one("log:\n    json: true\n  topic: a\n", /:3: the indentation differs/);
  one("? [a, b]\n: 1\n", /:1: a key must be a word/);
  one("hunter2: x: y\n", /:1: a key must be followed/);
  one("hunter2!: x\n", /:1: the file has a key that cannot be an option's name/);
  one(`log: ${"[".repeat(5000)}`, /:1: there are too many brackets/);
  one("log: &a\n  <<: *a\n", /:2: there are too many values or levels/);
  one("log: { <<: 5 }\n", /:1: << must name a mapping/);
  one("config: x\n", /:1: config: there is no such option/);
  one("FACEPIPE_QOS: 1\n", /did you mean qos\?/);
  one("logLevel: info\n", /did you mean log-level\?/);
  one("detct: { fps: 1 }\n", /did you mean detect\?/);
  one("log: { cameras: [] }\n", /it is an option of detect, camera-check, up/);
  one("store: { too: ./x }\n", /:1: store\.too: .* did you mean to\?/, "store");
});

test("aliases and merged mappings, and billions of them", (t) => {
  const config = new ConfigFolder(t);
  const text = `
cameras:
  - &defaults { name: door, camera: synthetic, fps: 5, color: true }
  - { <<: *defaults, name: yard, fps: 7 }
`;
  assert.deepEqual(
    config.read(text, "detect").cameras.map(({ name, fps, color }) => [name, fps, color]),
    [
      [["door"], 5, true],
      [["yard"], 7, true],
    ],
  );
  assert.deepEqual(config.faults(text.replace("fps: 5", "fps: x"), "detect"), [
    'facepipe.yaml:3: cameras[0].fps "x": must be a number',
  ]);
  const letters = [..."abcdefghij"];
  const bomb = letters.map((name, nth) => {
    const items = Array(9).fill(nth === 0 ? "x" : `*${letters[nth - 1]}`);
    return `${name}: &${name} [${items.join(",")}]`;
  });
  assert.ok(config.faults(bomb.join("\n")).some((fault) => fault.includes("there are too many values")));
});

test("values that another role reads, or that something overrides, are checked too", (t) => {
  const config = new ConfigFolder(t);
  assert.deepEqual(config.faults("store: { concurrency: many }\n"), [
    'facepipe.yaml:1: store.concurrency "many": must be a number',
  ]);
  assert.deepEqual(config.faults("qos: 7\n", "log --qos 1"), ['facepipe.yaml:1: qos "7": must be 0, 1 or 2']);
  // A key may mean something else to another role.
  assert.deepEqual(config.faults("to: s3://bucket\nforward: { to: mqtt://x }\n", "forward"), []);
  assert.deepEqual(config.faults("to: s3://bucket\n", "log"), []);
  assert.deepEqual(config.faults("to: s3://bucket\n", "forward"), [
    'facepipe.yaml:1: to "s3://bucket": must start with mqtt://, mqtts://, ws:// or wss://',
  ]);
  assert.deepEqual(config.faults("log: { password: x }\n"), ["facepipe.yaml:1: --password needs --username"]);
  assert.deepEqual(
    config.faults("store: { qos: 1 }\n"),
    [],
    "what another role must have may be in its flags",
  );
});
