import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.ts";

export const folder = fileURLToPath(new URL("../../deploy/aws", import.meta.url));
const standIn = fileURLToPath(new URL("stand-in.mjs", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export type Settings = Readonly<Record<string, string>>;

const someSettings: Settings = {
  NAME: "line",
  REGION: "eu-central-1",
  BUCKET: "faces-of-line",
  PREFIX: "site-a",
  ALLOW_FROM: "203.0.113.7/32 2001:db8::/48",
};

/** Runs `up.sh` or `down.sh` with a settings file of its own. */
export async function runScript(
  t: TestContext,
  script: "up.sh" | "down.sh",
  settings: Settings,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  const file = join(emptyFolder(t), "settings");
  const lines = Object.entries({ ...someSettings, ...settings }).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, lines.join("\n"));
  const child = spawn(join(folder, script), ["--settings", file, ...args], {
    env: { ...process.env, AWS_ENDPOINT_URL_S3: undefined, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

/** An empty cloud of the stand-in's, and the scripts over it. */
export function newCloud(t: TestContext, state: object = {}): Cloud {
  return new Cloud(t, state);
}

export class Cloud {
  readonly #t: TestContext;
  readonly #file: string;
  readonly #path: string;

  constructor(t: TestContext, state: object) {
    this.#t = t;
    const place = emptyFolder(t);
    this.#path = place;
    this.#file = join(place, "cloud.json");
    symlinkSync(standIn, join(place, "aws"));
    this.write(state);
  }

  /** All that is there. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON the stand-in keeps.
  get state(): any {
    return JSON.parse(readFileSync(this.#file, "utf8"));
  }

  write(state: object): void {
    writeFileSync(this.#file, JSON.stringify(state));
  }

  up(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("up.sh", settings, args);
  }

  down(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("down.sh", settings, args);
  }

  /** `service command` of each call until now that could change something, in order. */
  get changes(): readonly string[] {
    return this.calls.filter((call) => !/ (get|describe|head|list)-| wait$/.test(call));
  }

  get calls(): readonly string[] {
    if (!existsSync(`${this.#file}.calls`)) return [];
    const lines = readFileSync(`${this.#file}.calls`, "utf8").trim().split("\n");
    return lines.map((line) => (JSON.parse(line) as string[]).slice(0, 2).join(" "));
  }

  #run(script: "up.sh" | "down.sh", settings: Settings, args: readonly string[]): Promise<Ended> {
    return runScript(this.#t, script, settings, args, {
      PATH: [this.#path, process.env["PATH"]].join(delimiter),
      STAND_IN_CLOUD: this.#file,
      RETRY_SECONDS: "0",
    });
  }
}
