import { once } from "node:events";
import { text } from "node:stream/consumers";
import { spawnWithUs } from "../../support/commands.ts";

/** One line of `broker-check --json`. */
export interface CheckedStep {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
  readonly code?: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly required?: boolean;
  readonly addresses?: readonly string[];
  readonly subject?: string;
  readonly daysLeft?: number;
  readonly protocol?: string;
  readonly sessionPresent?: boolean;
  readonly clientId?: string;
  readonly maximumPacketSize?: number;
  readonly maximumQoS?: number;
  readonly grantedQos?: number;
  readonly topic?: string;
}

export interface Checked {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program as a user does; `test` builds it first. */
export function startFacepipe(...args: readonly string[]) {
  return spawnWithUs(process.execPath, ["bin/facepipe.js", ...args]);
}

/** Resolves with the output and the exit code of a started program. */
export async function ended(child: ReturnType<typeof startFacepipe>): Promise<Checked> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

export function check(...args: readonly string[]): Promise<Checked> {
  return ended(startFacepipe("broker-check", ...args));
}

/** Runs `broker-check --json`; `step` returns a step by its name. */
export async function checkSteps(...args: readonly string[]) {
  const checked = await check(...args, "--json");
  const list = checked.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CheckedStep);
  const step = (name: string): CheckedStep => {
    const found = list.find((each) => each.step === name);
    if (!found) throw new Error(`no step ${name} in ${checked.stdout} ${checked.stderr}`);
    return found;
  };
  return { ...checked, list, step, names: list.map((each) => each.step) };
}
