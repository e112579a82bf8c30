import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { emptyFolder } from "../support/folder.ts";
import { makeSecrets, openssl, opensslMissing } from "./secrets.ts";

const skip = opensslMissing();
const read = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test("the chain is valid, for each name and address", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await makeSecrets(folder, ["cloud.example", "localhost", "192.0.2.7", "2001:db8::1"]);
  const verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", join(folder, "ca.crt")];
  const server = join(folder, "server.crt");
  await openssl(...verify, "-verify_hostname", "cloud.example", server);
  await openssl(...verify, "-verify_ip", "192.0.2.7", server);
  await openssl(...verify, "-verify_ip", "2001:db8::1", server);
  await assert.rejects(openssl(...verify, "-verify_hostname", "other.example", server));
});

test("other users cannot enter the folder, and containers can read its files, except the authority's key", {
  skip,
}, async (t) => {
  const folder = join(emptyFolder(t), "secrets");
  await makeSecrets(folder, ["localhost"]);
  assert.equal(modeOf(folder), "700");
  for (const name of readdirSync(folder)) {
    assert.equal(modeOf(join(folder, name)), name === "ca.key" ? "600" : "644", name);
  }
});

test("each password is unique, and in its broker's list", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await makeSecrets(folder, ["localhost"]);
  const files = read(folder);
  const passwords = Object.keys(files).filter((name) => name.endsWith(".password"));
  assert.equal(new Set(passwords.map((name) => files[name])).size, 7);
  for (const name of passwords) {
    const [, side = "", user = ""] = /^(edge|cloud)-(\w+)\.password$/.exec(name) ?? [];
    assert.match(files[name] ?? "", /^[\w-]{32}\n$/);
    assert.ok(files[`${side}-passwords`]?.includes(`${user}:${files[name]}`), name);
  }
});

test("a second run changes nothing, and a deleted file is created again", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await makeSecrets(folder, ["localhost"]);
  const before = read(folder);
  assert.doesNotMatch(await makeSecrets(folder, ["localhost"]), /^made/m);
  assert.deepEqual(read(folder), before);
  rmSync(join(folder, "server.crt"));
  assert.match(await makeSecrets(folder, ["localhost", "cloud.example"]), /^made server.crt$/m);
  assert.equal(readFileSync(join(folder, "ca.crt"), "utf8"), before["ca.crt"]);
});

test("a user that the operator added is kept in the list", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await makeSecrets(folder, ["localhost"]);
  const list = join(folder, "cloud-passwords");
  appendFileSync(list, "viewer:secret");
  rmSync(join(folder, "cloud-log.password"));
  writeFileSync(list, readFileSync(list, "utf8").replace(/^log:.*\n/m, ""));
  await makeSecrets(folder, ["localhost"]);
  assert.match(readFileSync(list, "utf8"), /^viewer:secret\nlog:.+\n$/m);
});

test("inconsistent files are reported with what to do", { skip }, async (t) => {
  const folder = emptyFolder(t);
  await makeSecrets(folder, ["localhost"]);
  const failing = (names: readonly string[], stderr: RegExp, code: number) =>
    assert.rejects(makeSecrets(folder, names), (error: Error & { stderr: string; code: number }) => {
      assert.match(error.stderr, stderr);
      return error.code === code;
    });
  await failing(["cloud.example"], /server.crt is not for cloud.example. Delete server.crt/, 1);
  await failing(["mqtts://cloud.example"], /is not a host name or IP address/, 3);
  await failing([], /make-secrets.sh DIR NAME/, 3);
  writeFileSync(join(folder, "edge-log.password"), "another\n");
  await failing(["localhost"], /edge-passwords has another password for log/, 1);
});
