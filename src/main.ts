import { readFileSync } from "node:fs";
import { describe, exitCodes, UserError } from "./base/errors.ts";
import { redact } from "./base/log.ts";
import { styleFor } from "./base/style.ts";
import { Terminal } from "./base/terminal.ts";
import { brokerCheck } from "./roles/broker-check.ts";
import { detect } from "./roles/detect.ts";
import { forward } from "./roles/forward.ts";
import { log } from "./roles/log.ts";
import type { Role } from "./roles/role.ts";
import { type Outside, runRole } from "./roles/run.ts";
import { store } from "./roles/store.ts";
import { up } from "./roles/up.ts";
import { readCommandLine } from "./settings/command-line.ts";
import { commonOptions } from "./settings/common.ts";
import { type Environment, processEnvironment } from "./settings/environment.ts";
import { programHelp, subcommandHelp } from "./settings/help.ts";
import { secretsOf } from "./settings/read.ts";

/** Everything that facepipe can do, in the order of the help. */
export const roles = [detect, log, forward, store, brokerCheck, up] as unknown as readonly Role[];

const description = "Captures faces at the edge and keeps them in the cloud: camera, MQTT, S3.";

/** Runs the process's command line and ends the process with the exit code. */
export async function run(): Promise<void> {
  process.on("uncaughtException", (error) => leave(report(error)));
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) =>
    leave(error.code === "EPIPE" ? 0 : report(error)),
  );
  leave(await main(process.argv.slice(2), processEnvironment()).catch(report));
}

async function main(args: readonly string[], environment: Environment): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-V") return show(`${version()}\n`);
  if (name === "--help" || name === "-h" || name === "help") return help(rest[0]);
  const { role, settings } = readCommandLine(roles, args, environment);
  if (settings === "help") return help(role.name);
  // Replaces the arguments that `ps` shows: a password may stand among them.
  process.title = `facepipe ${role.name}`;
  await runRole(role, settings, outside(environment, secretsOf(role.options, settings)));
  return exitCodes.done;
}

function help(name?: string): number {
  const role = roles.find((each) => each.name === name);
  return show(
    role
      ? subcommandHelp({ ...role, options: { ...role.options, ...commonOptions } })
      : programHelp(roles, description),
  );
}

function show(text: string): number {
  process.stdout.write(text);
  return exitCodes.done;
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

function outside(environment: Environment, secrets: readonly string[]): Outside {
  return {
    terminal: new Terminal(process.stderr),
    print: (line) => void process.stdout.write(`${line}\n`),
    style: styleFor(process.stdout.isTTY === true && !environment["NO_COLOR"]),
    secrets,
    onSignal: (act) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => act(signal));
    },
    leave,
  };
}

/** Tells a person what went wrong; a stack only for what is our own fault. */
function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(redact(`facepipe: ${error.sentence}\n`));
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : describe(error);
  process.stderr.write(
    redact(`facepipe: this is a bug of facepipe, please report it with these lines\n${stack}\n`),
  );
  return exitCodes.bug;
}

/** The only way out: when what was written has left, too. */
function leave(code: number): void {
  process.stdout.write("", () => process.exit(code));
}
