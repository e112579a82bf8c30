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

/** Service keys that both Docker Compose 2 and podman-compose 1.0.3 support; the latter ignores others silently. */
const supported = [
  ...["image", "command", "user", "environment", "secrets", "volumes", "networks", "ports", "depends_on"],
  ...["read_only", "tmpfs", "cap_drop", "security_opt", "restart", "mem_limit", "logging", "devices"],
];
/** Keys that podman-compose may ignore. */
const ignorable = ["stop_grace_period"];

const parsedProjects = Object.entries(projects).map(([name, files]) => [name, readProject(files)] as const);

function eachService(check: (service: Service, where: string, project: Project) => void): void {
  for (const [name, project] of parsedProjects) {
    for (const [service, value] of Object.entries(project.services))
      check(value, `${name}: ${service}`, project);
  }
}

test("a service uses only keys that both Docker Compose and podman-compose support", () => {
  eachService((service, where) => {
    const unsupported = Object.keys(service).filter((key) => ![...supported, ...ignorable].includes(key));
    assert.deepEqual(unsupported, [], where);
  });
});

test("every network, volume, secret and service that is referenced exists, and none is unused", () => {
  for (const [name, { services, networks, volumes, secrets }] of parsedProjects) {
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

test("no container runs as root, is privileged, has a writable root file system, or lacks a memory limit", () => {
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
  const withDevice = parsedProjects.flatMap(([name, { services }]) =>
    Object.entries(services).flatMap(([service, { devices }]) => (devices ? [`${name}: ${service}`] : [])),
  );
  assert.deepEqual(withDevice, ["edge with a webcam: detect"]);
});

test("only the cloud's broker has a port", () => {
  eachService((service, where) => {
    assert.deepEqual(service["ports"], where.endsWith("cloud-broker") ? ["8883:8883"] : undefined, where);
  });
});

test("the spool of each detect is on a named volume that no other container uses", () => {
  let detects = 0;
  eachService(({ command, environment, volumes = [] }, where, { services }) => {
    if (command[0] !== "detect") return;
    detects++;
    const mount = volumes.find((each) =>
      environment?.["FACEPIPE_SPOOL"]?.startsWith(`${each.split(":")[1]}/`),
    );
    const [name = "", , mode] = mount?.split(":") ?? [];
    assert.match(name, /^\w/, where);
    assert.equal(mode, undefined, where);
    const users = Object.values(services).filter((each) =>
      each.volumes?.some((volume) => volume.startsWith(`${name}:`)),
    );
    assert.equal(users.length, 1, where);
  });
  assert.equal(detects, 3);
});

test("no secret is in an environment variable", () => {
  eachService(({ environment = {} }, where) => {
    const secret = Object.keys(environment).filter((name) => /PASSWORD$|SECRET|ACCESS_KEY/.test(name));
    assert.deepEqual(secret, [], where);
  });
});

test(".env.example lists every variable, with the default of the files", () => {
  const example = readEnvFile(join(composeFolder, ".env.example"));
  const files = [...new Set(Object.values(projects).flat())];
  const references = files.flatMap(referencesIn);
  assert.deepEqual([...new Set(references.map(({ name }) => name))].sort(), Object.keys(example).sort());
  for (const { name, fallback = "" } of references) assert.equal(example[name], fallback, name);
});

test("no default is empty: podman-compose would not expand the reference", () => {
  const empty = Object.values(projects)
    .flat()
    .flatMap(referencesIn)
    .filter(({ fallback }) => fallback === "");
  assert.deepEqual(empty, []);
});
