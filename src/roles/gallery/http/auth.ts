import { createHash } from "node:crypto";
import { Semaphore } from "../../../base/semaphore.ts";
import { readTextFile } from "../../../settings/files.ts";

/** Who may see the page: a bcrypt hash for each user. */
export type Users = ReadonlyMap<string, string>;

/** A bcrypt hash as `htpasswd -B` writes it. */
const bcryptHash = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/;
/** Of a password that nobody knows: an unknown user takes as long as a wrong password. */
const nobody = "$2b$10$zv7B54A0VjkMzvKoo.QZk.Uks5stsZTH8NsgTdHM5UldwLBgcLG2m";
/** Logins that wait for their check; more are refused at once, as each costs 50 ms of CPU. */
const mostWaiting = 20;
/** Logins that are known to be right. */
const mostKnown = 100;

/** Reads a file with a line USER:HASH for each user; throws an Error that says what is wrong with it. */
export function readUsers(path: string): Users {
  const lines = readTextFile(path).split(/\r?\n/);
  const users = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [, user, hash = ""] = /^([^:]+):(.*)$/.exec(line.trim()) ?? [];
    if (user === undefined || !bcryptHash.test(hash))
      throw new Error(
        `line ${index + 1} must be USER:HASH with a bcrypt hash: htpasswd -B -c FILE USER makes it`,
      );
    users.set(user, hash);
  }
  if (users.size === 0) throw new Error("has no user: htpasswd -B -c FILE USER makes one");
  return users;
}

/** Checks the header Authorization of requests (RFC 7617). */
export class Login {
  readonly #users: Users;
  /** Hashes of headers that were right: a page has many pictures. */
  readonly #known = new Set<string>();
  readonly #turns = new Semaphore(1);
  #waiting = 0;

  constructor(users: Users) {
    this.#users = users;
  }

  /** `busy`: too many are being checked. */
  async check(header: string | undefined): Promise<"right" | "wrong" | "busy"> {
    const [, encoded] = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(header ?? "") ?? [];
    if (encoded === undefined) return "wrong";
    const digest = createHash("sha256").update(encoded).digest("hex");
    if (this.#known.has(digest)) return "right";
    if (this.#waiting >= mostWaiting) return "busy";
    this.#waiting++;
    try {
      const isRight = await this.#turns.run(() => this.#compare(encoded));
      if (isRight && this.#known.size < mostKnown) this.#known.add(digest);
      return isRight ? "right" : "wrong";
    } finally {
      this.#waiting--;
    }
  }

  async #compare(encoded: string): Promise<boolean> {
    const [, user = "", password = ""] =
      /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString()) ?? [];
    const { default: bcrypt } = await import("bcryptjs");
    const hash = this.#users.get(user);
    const isEqual = await bcrypt.compare(password, hash ?? nobody);
    return isEqual && hash !== undefined;
  }
}
