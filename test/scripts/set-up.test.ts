import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

// Set-up runs as an unprivileged user: these tests never change the machine's packages.
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const runs = spawnSync(process.execPath, ["--version"], nobody).status === 0;
const skip =
  process.platform !== "linux"
    ? "dpkg and apt are Linux only"
    : !runs && "an unprivileged user cannot run this Node.js";

/** A folder with only the project's scripts, and a PATH with only `programs` (shell scripts). */
function machine(t: TestContext, programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-set-up-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync("scripts", join(folder, "scripts"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  mkdirSync(join(folder, "bin"));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  chmodSync(folder, 0o777);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: join(folder, "bin"), LOG: join(folder, "log") },
      input: "",
      ...nobody,
    });
  return { folder, run };
}

const nothingInstalled = { "dpkg-query": "exit 0" };
const onlyOpencv =
  'case "$*" in --version) ;; *) echo "libopencv-dev installed"; echo "make config-files"; exit 1 ;; esac';

test("without root and sudo, set-up prints the command to run and stops", { skip }, (t) => {
  const { status, stderr } = machine(t, nothingInstalled).run("scripts/set-up.mjs", "--tests");
  assert.equal(status, 1);
  const command =
    /^ {2}su -c 'apt-get update && apt-get install --yes --no-install-recommends libopencv-dev .*mosquitto/m;
  assert.match(stderr, command);
  assert.doesNotMatch(stderr, /npm packages|\.mjs:\d/);
});

test("if sudo needs a password and there is no terminal, set-up does not ask for it", { skip }, (t) => {
  const sudo = 'case "$1" in --version) exit 0 ;; *) echo "$*" >> "$LOG"; exit 1 ;; esac';
  const { run, folder } = machine(t, { "dpkg-query": onlyOpencv, sudo });
  const { status, stderr } = run("scripts/start.mjs");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^ {2}sudo sh -c 'apt-get update && apt-get install .* opencv-data g\+\+ make python3'$/m,
  );
  assert.equal(readFileSync(join(folder, "log"), "utf8"), "-n true\n");
});

test("with sudo, set-up installs only what is missing", { skip }, (t) => {
  const sudo = 'case "$1" in --version) ;; *) echo "$*" >> "$LOG" ;; esac';
  const { run, folder } = machine(t, { "dpkg-query": onlyOpencv, sudo });
  const { stderr } = run("scripts/start.mjs");
  const lines = readFileSync(join(folder, "log"), "utf8").trim().split("\n");
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? "", /^-n apt-get update/);
  assert.match(
    lines[2] ?? "",
    /^-n env DEBIAN_FRONTEND=noninteractive apt-get install .* opencv-data g\+\+ make python3$/,
  );
  assert.match(stderr, /npm failed.*Check that the npm registry is reachable/s);
});

test("services that come with servers for the tests are stopped and disabled, others are not touched", {
  skip,
}, (t) => {
  const sudo = 'case "$1" in --version) ;; *) echo "$*" >> "$LOG" ;; esac';
  // Mosquitto is installed already, and epmd, which has come with another program.
  const query = 'case "$*" in --version) ;; *) echo "mosquitto installed"; exit 1 ;; esac';
  const systemctl = 'case "$*" in --version|"is-enabled epmd."*) ;; *) exit 1 ;; esac';
  const { run, folder } = machine(t, { "dpkg-query": query, sudo, systemctl });
  const { stderr } = run("scripts/set-up.mjs", "--tests");
  const lines = readFileSync(join(folder, "log"), "utf8").trim().split("\n");
  assert.match(lines[2] ?? "", / apt-get install .* rabbitmq-server nats-server /);
  assert.match(
    lines[3] ?? "",
    /^-n systemctl disable( --now)? rabbitmq-server\.service nats-server\.service$/,
  );
  assert.match(stderr, /disabled rabbitmq-server\.service nats-server\.service/);
});

test("a failed apt-get is reported with the end of its output, its log and the command", { skip }, (t) => {
  const sudo = 'case "$*" in *update*) echo "E: no such mirror"; exit 100 ;; esac';
  const { status, stderr } = machine(t, { "dpkg-query": onlyOpencv, sudo }).run("scripts/start.mjs");
  assert.equal(status, 1);
  assert.match(stderr, /E: no such mirror\n\n.*\.cache\/logs\/apt-update\.log.*sudo sh -c/s);
});

test("a Node.js that is too old is reported in one sentence", { skip }, (t) => {
  const { run, folder } = machine(t, {});
  writeFileSync(join(folder, "package.json"), '{"engines":{"node":">=99.15"}}');
  const { status, stderr } = run("scripts/test.mjs");
  assert.equal(status, 1);
  assert.match(
    stderr.trim(),
    /^facepipe needs Node\.js 99\.15 or newer, and this is \d+\.\d+\.\d+\. Install .*$/,
  );
});

test("a test file that does not exist is reported before anything is installed", { skip }, (t) => {
  const { status, stderr } = machine(t, {}).run("scripts/test.mjs", "test/none.test.ts");
  assert.equal(status, 1);
  assert.equal(stderr.trim(), "There is no test file or folder test/none.test.ts. Choose one in test/.");
});
