import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { emptyFolder } from "../support/folder.ts";
import { aws } from "./cloud/aws.ts";
import type { Any } from "./cloud/call.ts";
import { type Ended, runScript, type Settings } from "./scripts.ts";

/** A request is the number of its arguments and the arguments, each terminated by a zero byte; aws.sh always has some. */
const endOfRequests = "0\0";

const command = fileURLToPath(new URL("cloud/aws.sh", import.meta.url));

/** Runs the scripts with a fake `aws`, whose cloud is empty or in the given state. */
export async function newCloud(t: TestContext, state: object = {}): Promise<Cloud> {
  const folder = emptyFolder(t);
  copyFileSync(command, join(folder, "aws"));
  execFileSync("mkfifo", [join(folder, "request"), join(folder, "response")]);
  // Opened for reading and writing, so that opening does not block and no reader gets EOF.
  const [request, response] = await Promise.all(
    ["request", "response"].map((name) => open(join(folder, name), "r+")),
  );
  if (!request || !response) throw new Error("a pipe is missing");
  const cloud = new Cloud(t, folder, state);
  const serving = cloud.serve(request, response);
  t.after(async () => {
    await request.write(endOfRequests);
    await serving;
    await Promise.all([request.close(), response.close()]);
  });
  return cloud;
}

export class Cloud {
  /** All resources. */
  state: Any;
  /** `service command` of each call so far, in order. */
  readonly calls: string[] = [];
  readonly #t: TestContext;
  readonly #folder: string;

  constructor(t: TestContext, folder: string, state: object) {
    this.#t = t;
    this.#folder = folder;
    this.state = state;
  }

  /** The calls so far that could change something. */
  get changes(): readonly string[] {
    return this.calls.filter((call) => !/ (get|describe|head|list)-| wait$/.test(call));
  }

  up(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("up.sh", settings, args);
  }

  down(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("down.sh", settings, args);
  }

  /** Serves the command's requests until the last one. */
  async serve(request: FileHandle, response: FileHandle): Promise<void> {
    for (;;) {
      const [count, ...args] = await readRequest(request);
      if (`${count}\0` === endOfRequests) return;
      this.calls.push(args.slice(0, 2).join(" "));
      const { code, out, err } = this.#respond(args);
      await writeFile(join(this.#folder, "out"), out);
      await writeFile(join(this.#folder, "err"), err);
      await response.write(`${code}\n`);
    }
  }

  /** A bug of the fake must reach the script, which waits for a response. */
  #respond(args: readonly string[]): Ended {
    try {
      return aws(args, this.state);
    } catch (error) {
      return { code: 70, out: "", err: inspect(error) };
    }
  }

  #run(script: "up.sh" | "down.sh", settings: Settings, args: readonly string[]): Promise<Ended> {
    return runScript(this.#t, script, settings, args, {
      PATH: [this.#folder, process.env["PATH"]].join(delimiter),
      RETRY_SECONDS: "0",
    });
  }
}

async function readRequest(pipe: FileHandle): Promise<string[]> {
  let text = "";
  for (;;) {
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65_536) });
    text += buffer.toString("utf8", 0, bytesRead);
    const parts = text.split("\0").slice(0, -1);
    if (text.endsWith("\0") && parts.length === Number(parts[0]) + 1) return parts;
  }
}
