import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { type FileHandle, open, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.ts";
import { aws } from "./cloud/aws.ts";
import type { Any } from "./cloud/call.ts";
import { type Ended, runScript, type Settings } from "./scripts.ts";

/** A question is the number of its arguments and these, each with a zero byte behind it; aws.sh always asks something. */
const endOfQuestions = "0\0";

const command = fileURLToPath(new URL("cloud/aws.sh", import.meta.url));

/** The scripts over a stand-in cloud, which is empty or in the given state. */
export async function newCloud(t: TestContext, state: object = {}): Promise<Cloud> {
  const folder = emptyFolder(t);
  copyFileSync(command, join(folder, "aws"));
  execFileSync("mkfifo", [join(folder, "question"), join(folder, "answer")]);
  // Open for both, so that neither end waits for the other to come, and none sees an end.
  const [question, answer] = await Promise.all(
    ["question", "answer"].map((name) => open(join(folder, name), "r+")),
  );
  if (!question || !answer) throw new Error("a pipe is missing");
  const cloud = new Cloud(t, folder, state);
  const serving = cloud.serve(question, answer);
  t.after(async () => {
    await question.write(endOfQuestions);
    await serving;
    await Promise.all([question.close(), answer.close()]);
  });
  return cloud;
}

export class Cloud {
  /** All that is there. */
  state: Any;
  /** `service command` of each call until now, in order. */
  readonly calls: string[] = [];
  readonly #t: TestContext;
  readonly #folder: string;

  constructor(t: TestContext, folder: string, state: object) {
    this.#t = t;
    this.#folder = folder;
    this.state = state;
  }

  /** The calls until now that could change something. */
  get changes(): readonly string[] {
    return this.calls.filter((call) => !/ (get|describe|head|list)-| wait$/.test(call));
  }

  up(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("up.sh", settings, args);
  }

  down(settings: Settings = {}, ...args: string[]): Promise<Ended> {
    return this.#run("down.sh", settings, args);
  }

  /** Answers the command's questions until the last one. */
  async serve(question: FileHandle, answer: FileHandle): Promise<void> {
    for (;;) {
      const [count, ...args] = await readQuestion(question);
      if (`${count}\0` === endOfQuestions) return;
      this.calls.push(args.slice(0, 2).join(" "));
      const { code, out, err } = this.#answer(args);
      await writeFile(join(this.#folder, "out"), out);
      await writeFile(join(this.#folder, "err"), err);
      await answer.write(`${code}\n`);
    }
  }

  /** A fault of the stand-in itself must reach the script, which waits for an answer. */
  #answer(args: readonly string[]): Ended {
    try {
      return aws(args, this.state);
    } catch (error) {
      return { code: 70, out: "", err: String((error as Error).stack) };
    }
  }

  #run(script: "up.sh" | "down.sh", settings: Settings, args: readonly string[]): Promise<Ended> {
    return runScript(this.#t, script, settings, args, {
      PATH: [this.#folder, process.env["PATH"]].join(delimiter),
      RETRY_SECONDS: "0",
    });
  }
}

async function readQuestion(pipe: FileHandle): Promise<string[]> {
  let text = "";
  for (;;) {
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65_536) });
    text += buffer.toString("utf8", 0, bytesRead);
    const parts = text.split("\0").slice(0, -1);
    if (text.endsWith("\0") && parts.length === Number(parts[0]) + 1) return parts;
  }
}
