import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Certificates, makeCertificates } from "./certificates.ts";

export interface MosquittoOptions {
  /** User names and passwords; absent: anonymous clients may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** Lines of an acl_file: `user alice`, `topic write faces/#`, `pattern read %c/#`. */
  readonly acl?: readonly string[];
  /** `mutual` requires a client certificate of the same authority; its common name is then the user name. */
  readonly tls?: { readonly mutual?: boolean; readonly names?: readonly string[] };
  readonly websockets?: boolean;
  /** Keeps sessions and messages on disk at a clean stop; what a SIGKILL loses is up to `lines` (autosave_*). */
  readonly persistence?: boolean;
  /** max_queued_messages; mosquitto's own default is 1000, then it drops silently. 0: no limit. */
  readonly maxQueued?: number;
  /** max_inflight_messages; mosquitto's own default is 20. */
  readonly maxInflight?: number;
  /** More lines of mosquitto.conf, e.g. a bridge. */
  readonly lines?: readonly string[];
}

/** Writes all files of the broker that do not depend on its port in `directory`; returns its certificates. */
export async function prepare(
  directory: string,
  options: MosquittoOptions,
): Promise<Certificates | undefined> {
  const passwords = join(directory, "passwords");
  if (options.users) await writeFile(passwords, "", { mode: 0o600 });
  for (const [name, password] of Object.entries(options.users ?? {})) {
    await promisify(execFile)("mosquitto_passwd", ["-b", passwords, name, password]);
  }
  if (options.acl) {
    await writeFile(join(directory, "acl"), `${options.acl.join("\n")}\n`, { mode: 0o600 });
  }
  if (!options.tls) return undefined;
  const names = options.tls.names ?? ["DNS:localhost", "IP:127.0.0.1"];
  return makeCertificates(directory, names, "test-client");
}

/** Writes mosquitto.conf; returns its path. */
export async function configure(
  directory: string,
  port: number,
  options: MosquittoOptions,
  certificates: Certificates | undefined,
): Promise<string> {
  const certified = options.tls?.mutual === true;
  const lines = [
    // Started as root it would become the user `mosquitto`, who cannot write here.
    `user ${userInfo().username}`,
    "log_dest stderr",
    ...["error", "warning", "notice", "information", "subscribe"].map((type) => `log_type ${type}`),
    `listener ${port} 127.0.0.1`,
    `allow_anonymous ${!options.users}`,
    ...(options.websockets ? ["protocol websockets"] : []),
    ...(certificates ? tlsLines(certificates, certified) : []),
    ...(options.users ? [`password_file ${join(directory, "passwords")}`] : []),
    ...(options.acl ? [`acl_file ${join(directory, "acl")}`] : []),
    ...(options.persistence ? ["persistence true", `persistence_location ${directory}/`] : []),
    ...(options.maxQueued === undefined ? [] : [`max_queued_messages ${options.maxQueued}`]),
    ...(options.maxInflight === undefined ? [] : [`max_inflight_messages ${options.maxInflight}`]),
    ...(options.lines ?? []),
  ];
  const path = join(directory, "mosquitto.conf");
  await writeFile(path, `${lines.join("\n")}\n`);
  return path;
}

function tlsLines(files: Certificates, mutual: boolean): string[] {
  const own = [`cafile ${files.ca}`, `certfile ${files.server.cert}`, `keyfile ${files.server.key}`];
  return mutual ? [...own, "require_certificate true", "use_identity_as_username true"] : own;
}
