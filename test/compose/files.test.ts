import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  composeFolder,
  type Project,
  projects,
  readEnvFile,
  readProject,
  referencesIn,
  type Service,
} from "./project.ts";

/** Keys of a service that Docker Compose 2 and podman-compose 1.0.3 both know; the latter passes over others silently. */
const known = [
  ...["image", "command", "user", "environment", "secrets", "volumes", "networks", "ports", "depends_on"],
  ...["read_only", "tmpfs", "cap_drop", "security_opt", "restart", "mem_limit", "logging", "devices"],
];
/** What podman-compose passes over, and may. */
const harmless = ["stop_grace_period"];

const every = Object.entries(projects).map(([name, files]) => [name, readProject(files)] as const);

function eachService(check: (service: Service, where: string, project: Project) => void): void {
  for (const [name, project] of every) {
    for (const [service, value] of Object.entries(project.services))
      check(value, `${name}: ${service}`, project);
  }
}

test("a service uses only what Docker Compose and podman-compose both know", () => {
  eachService((service, where) => {
    const strange = Object.keys(service).filter((key) => ![...known, ...harmless].includes(key));
    assert.deepEqual(strange, [], where);
  });
});

test("every network, volume, secret and service that is named is there, and none is left over", () => {
  for (const [name, { services, networks, volumes, secrets }] of every) {
    const used = (key: string) => [
      ...new Set(Object.values(services).flatMap((each) => (each[key] as string[]) ?? [])),
    ];
    assert.deepEqual(used("networks").sort(), Object.keys(networks).sort(), name);
    assert.deepEqual(used("secrets").sort(), Object.keys(secrets).sort(), name);
    const mounts = used("volumes").map((mount) => mount.split(":")[0] ?? "");
    const named = mounts.filter((source) => !source.startsWith("."));
    assert.deepEqual(named.sort(), Object.keys(volumes).sort(), name);
    for (const file of mounts.filter((source) => source.startsWith(".")))
      assert.ok(existsSync(join(composeFolder, file)), file);
    for (const service of used("depends_on")) assert.ok(services[service], `${name}: ${service}`);
  }
});

test("no container is root, has a privilege, a writable root or more memory than it needs", () => {
  eachService((service, where) => {
    assert.match(service.user, /^[1-9]\d*:[1-9]\d*$/, where);
    assert.equal(service["read_only"], true, where);
    assert.deepEqual(service["cap_drop"], ["ALL"], where);
    assert.deepEqual(service["security_opt"], ["no-new-privileges"], where);
    assert.equal(service["restart"], "unless-stopped", where);
    assert.match(String(service["mem_limit"]), /^\d+m$/, where);
    assert.match(service.image, /^[\w./-]+:\d[\w.]*$/, where);
  });
});

test("only detect with a webcam gets a device", () => {
  const withDevice = every.flatMap(([name, { services }]) =>
    Object.entries(services).flatMap(([service, { devices }]) => (devices ? [`${name}: ${service}`] : [])),
  );
  assert.deepEqual(withDevice, ["edge with a webcam: detect"]);
});

test("only the cloud's broker has a port", () => {
  eachService((service, where) => {
    assert.deepEqual(service["ports"], where.endsWith("cloud-broker") ? ["8883:8883"] : undefined, where);
  });
});

test("no secret stands in an environment", () => {
  eachService(({ environment = {} }, where) => {
    const secret = Object.keys(environment).filter((name) => /PASSWORD$|SECRET|ACCESS_KEY/.test(name));
    assert.deepEqual(secret, [], where);
  });
});

test(".env.example names every value, with the default that the files have", () => {
  const example = readEnvFile(join(composeFolder, ".env.example"));
  const files = [...new Set(Object.values(projects).flat())];
  const references = files.flatMap(referencesIn);
  assert.deepEqual([...new Set(references.map(({ name }) => name))].sort(), Object.keys(example).sort());
  for (const { name, fallback = "" } of references) assert.equal(example[name], fallback, name);
});

test("no default is empty: podman-compose would leave the reference as it stands", () => {
  const empty = Object.values(projects)
    .flat()
    .flatMap(referencesIn)
    .filter(({ fallback }) => fallback === "");
  assert.deepEqual(empty, []);
});
