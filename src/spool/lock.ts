import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { systemCode } from "../base/system-errors.ts";
import { sleep, within } from "../base/time.ts";
import { spoolInUse } from "./spool-errors.ts";

/**
 * Makes sure that one process uses a spool. Node.js has no flock(), and the number of a process says little: it is
 * reused, and each container has a process 1. So each process listens on a Unix domain socket of its own in the
 * directory. While a connection succeeds its process is alive, also in another container on this machine; after
 * kill -9 the connection is refused, and the name is removed.
 *
 * First a process publishes its socket, then it lists the others: of two, at least one finds the other. A name is never
 * used twice, so what is removed as stale cannot be a new one.
 */
export class SpoolLock {
  readonly #server: Server;
  readonly #path: string;
  readonly #place: Place;

  private constructor(server: Server, path: string, place: Place) {
    this.#server = server;
    this.#path = path;
    this.#place = place;
  }

  /** @throws UserError SPOOL_IN_USE. Other errors are the system's. */
  static async acquire(directory: string): Promise<SpoolLock> {
    const places = await lockPlaces(directory);
    for (let attempt = 1; ; attempt++) {
      const own = { isHolder: false };
      const lock = await SpoolLock.#publish(places, own);
      const others = await lock.#others(places);
      if (others.length === 0) {
        own.isHolder = true;
        await Promise.all(places.filter((place) => place !== lock.#place).map((place) => place.close()));
        return lock;
      }
      await lock.#withdraw();
      const holder =
        others.find(({ isHolder }) => isHolder) ?? (attempt >= mostAttempts ? others[0] : undefined);
      if (holder) {
        await Promise.all(places.map((place) => place.close()));
        throw spoolInUse(directory, holder.name);
      }
      // All of them have just started too, and withdraw likewise.
      await sleep(Math.random() * 50 * Math.min(attempt, 10));
    }
  }

  async release(): Promise<void> {
    await this.#withdraw();
    await this.#place.close();
  }

  static async #publish(places: readonly Place[], own: { isHolder: boolean }): Promise<SpoolLock> {
    let failure: unknown;
    for (const place of places) {
      try {
        return await SpoolLock.#listen(place, own);
      } catch (error) {
        failure ??= error;
        if (!noSocket.has(systemCode(error))) throw error;
      }
    }
    throw failure;
  }

  static async #listen(place: Place, own: { isHolder: boolean }): Promise<SpoolLock> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(JSON.stringify({ pid: process.pid, host: hostname(), isHolder: own.isHolder }));
    });
    if (place.isSubstitute) await mkdir(place.path, { recursive: true });
    const path = join(place.path, lockPrefix + randomUUID().slice(0, 8));
    // Under its name only once it accepts connections: one that refuses them counts as stale.
    server.listen({ path: `${path}.new`, readableAll: true, writableAll: true });
    await once(server, "listening");
    server.unref();
    await rename(`${path}.new`, path);
    return new SpoolLock(server, path, place);
  }

  async #others(places: readonly Place[]): Promise<Holder[]> {
    const names = await Promise.all(
      places.map(async (place) => (await namesIn(place)).map((name) => join(place.path, name))),
    );
    const paths = names.flat().filter((path) => isLock.test(path) && path !== this.#path);
    const holders = await Promise.all(paths.map(askHolder));
    return holders.filter((holder) => holder !== undefined);
  }

  async #withdraw(): Promise<void> {
    await rm(this.#path, { force: true });
    this.#server.close();
  }
}

const lockPrefix = "lock-";
const isLock = /\/lock-[0-9a-f]{8}$/;
const mostAttempts = 100;
/** The file system has no sockets, or no space for one. */
const noSocket = new Set([
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM",
  "ENOSYS",
  "EINVAL",
  "ENOSPC",
  "EDQUOT",
  "ENAMETOOLONG",
]);

interface Holder {
  readonly isHolder: boolean;
  readonly name: string;
}

/** Who listens on the socket; undefined when nobody does, and then its name is removed. */
async function askHolder(path: string): Promise<Holder | undefined> {
  const socket = connect({ path });
  try {
    await once(socket, "connect");
  } catch (error) {
    if (!["ECONNREFUSED", "ENOENT"].includes(systemCode(error)))
      return { isHolder: true, name: "another process" };
    await rm(path, { force: true }).catch(() => undefined);
    return undefined;
  }
  try {
    const { pid, host, isHolder } = JSON.parse(await within(1000, text(socket), "{}"));
    const name = pid === undefined ? "another process" : `process ${pid} of host ${host}`;
    // One that does not answer is stopped or busy, so it has been running for some time.
    return { isHolder: isHolder !== false, name };
  } catch {
    // It ended while it was asked.
    return { isHolder: false, name: "another process" };
  } finally {
    socket.destroy();
  }
}

/** A directory for sockets. */
interface Place {
  readonly path: string;
  /** It is created when it is needed. */
  readonly isSubstitute: boolean;
  close(): Promise<void>;
}

async function namesIn({ path, isSubstitute }: Place): Promise<string[]> {
  return isSubstitute && !existsSync(path) ? [] : readdir(path);
}

/**
 * The spool's directory, and for file systems without sockets one in the folder for temporary files; the locks in both
 * count.
 */
async function lockPlaces(directory: string): Promise<Place[]> {
  const real = await realpath(directory);
  const name = createHash("sha256").update(real).digest("hex").slice(0, 16);
  const path = join(tmpdir(), `facepipe-spool-${name}`);
  return [await shortPlace(real), { path, isSubstitute: true, close: async () => undefined }];
}

/** The path of a socket has at most 107 bytes (macOS: 103). Linux has a short path for each open directory. */
async function shortPlace(path: string): Promise<Place> {
  const isShort = Buffer.byteLength(path) <= 80;
  if (isShort || !existsSync("/proc/self/fd"))
    return { path, isSubstitute: false, close: async () => undefined };
  const directory: FileHandle = await open(path, "r");
  return { path: `/proc/self/fd/${directory.fd}`, isSubstitute: false, close: () => directory.close() };
}
