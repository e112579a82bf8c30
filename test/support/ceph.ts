import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { cephConfig } from "./ceph-config.ts";
import { findCommand, spawnWithUs } from "./commands.ts";
import { freePort } from "./ports.ts";

/**
 * A real S3 server for tests: Ceph's RADOS gateway over one monitor and one storage daemon that keeps everything
 * in memory. It checks signatures, rights, conditional writes and bucket policies as a cloud does.
 */
export interface Ceph extends S3User {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Another user, who has no rights on the first one's buckets. */
  createUser(): Promise<S3User>;
  /** Kills the gateway (SIGKILL) and starts it again on the same port; objects are kept. */
  stopGateway(): Promise<void>;
  startGateway(): Promise<void>;
  stop(): Promise<void>;
  /** The process identifiers of its running daemons, by program. */
  pids(): Readonly<Record<string, number>>;
  /** Its configuration file, for clients of the cluster itself. */
  readonly conf: string;
}

export interface S3User {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Environment variables with this server's address and this user's credentials, for the AWS SDK. */
  readonly env: Readonly<Record<string, string>>;
}

const binaries = ["ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin"];

/** Why Ceph cannot run here, for a test's `skip`; undefined when it can. */
export function cephMissing(): string | undefined {
  const missing = binaries.filter((name) => !findCommand(name));
  if (missing.length === 0) return undefined;
  return `needs ${missing.join(", ")} (Debian: radosgw ceph-mon ceph-osd ceph-common)`;
}

/** A bucket name no other test uses. */
export function newBucketName(): string {
  return `test-${randomUUID()}`;
}

/** Starts Ceph on free ports in a folder of its own; about two seconds. It ends with this process. */
export async function startCeph(): Promise<Ceph> {
  // Another program may bind the free port before Ceph does.
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce();
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function startOnce(): Promise<Ceph> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-ceph-"));
  removeWhenWeAreGone(folder);
  const conf = join(folder, "ceph.conf");
  const running = new Map<ChildProcess, string>();
  const start = (name: string, ...more: string[]) => {
    const child = spawnWithUs(name, ["-c", conf, "-f", ...more]);
    // It logs to a file; a full pipe would block it.
    child.stdout.resume();
    child.stderr.resume();
    running.set(child, name);
    child.once("close", () => running.delete(child));
    return child;
  };
  const stop = async () => {
    await Promise.all([...running.keys()].map(kill));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const monitorPort = await freePort();
    const gatewayPort = await freePort();
    const fsid = randomUUID();
    await writeFile(conf, cephConfig(folder, fsid, monitorPort, gatewayPort));
    await startStorage(folder, fsid, monitorPort, start);
    const endpoint = `http://127.0.0.1:${gatewayPort}`;
    const createUser = () => addUser(conf, endpoint);
    const user = await createUser();
    let gateway: ChildProcess;
    const startGateway = async () => {
      gateway = start("radosgw", "-n", "client.rgw");
      await untilAnswering(endpoint, gateway, join(folder, "client.rgw.log"));
    };
    await startGateway();
    const pids = () => Object.fromEntries([...running].map(([{ pid = 0 }, name]) => [name, pid]));
    const stopGateway = () => kill(gateway);
    return { endpoint, ...user, createUser, startGateway, stopGateway, stop, pids, conf };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = (name: string, ...more: string[]) => ChildProcess;

async function startStorage(folder: string, fsid: string, monitorPort: number, start: Start): Promise<void> {
  const conf = ["-c", join(folder, "ceph.conf")];
  const map = join(folder, "monmap");
  await run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", `[v1:127.0.0.1:${monitorPort}]`, map);
  await run("ceph-mon", ...conf, "--mkfs", "-i", "a", "--monmap", map);
  start("ceph-mon", "-i", "a");
  const osd = randomUUID();
  await run("ceph", ...conf, "--connect-timeout", "20", "osd", "new", osd);
  await mkdir(join(folder, "osd"));
  await run("ceph-osd", ...conf, "-i", "0", "--mkfs", "--no-mon-config", "--osd-uuid", osd);
  start("ceph-osd", "-i", "0", "--no-mon-config");
}

async function addUser(conf: string, endpoint: string): Promise<S3User> {
  const accessKey = `AK${randomUUID().replaceAll("-", "").slice(0, 18).toUpperCase()}`;
  const secretKey = randomUUID();
  const login = [`--access-key=${accessKey}`, `--secret=${secretKey}`];
  const name = [`--uid=${accessKey}`, "--display-name=test"];
  await run("radosgw-admin", "-c", conf, "user", "create", ...name, ...login);
  const env = {
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: "us-east-1",
  };
  return { accessKey, secretKey, env };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
}

/** A shell waits until its pipe from this process closes, which happens however this process ends. */
function removeWhenWeAreGone(folder: string): void {
  const script = 'cat; rm -rf -- "$0"';
  const child = spawn("sh", ["-c", script, folder], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  child.unref();
  (child.stdin as unknown as Socket).unref();
}

async function untilAnswering(endpoint: string, gateway: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && gateway.exitCode === null && gateway.signalCode === null) {
    const answered = await fetch(endpoint).then(
      (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return;
    await delay(20);
  }
  const lines = await readFile(log, "utf8").catch(() => "");
  throw new Error(`Ceph's gateway does not answer:\n${lines.slice(-2000)}`);
}

async function run(command: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(findCommand(command) ?? command, args, {
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
}
