import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { spawnWithUs } from "../support/commands.ts";
import { cleanEnvironment } from "../support/facepipe.ts";
import { type Audit, audit, hasOption } from "./audit.ts";
import { type Counted, checkStore, type StoreCheck } from "./check.ts";
import type { CleanUp } from "./clean-up.ts";
import { type Fault, faultsOf } from "./faults.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";
import { type FaultRecord, type Recovery, recoveries } from "./recovery.ts";
import type { ScheduledFault } from "./schedule.ts";
import { type StoredFace, StoredFaces } from "./stored-faces.ts";
import type { SupervisedProcess } from "./supervised-process.ts";
import { fileTarget, s3Target, type Target } from "./target.ts";

export interface DrillSettings {
  readonly to: "s3" | "file";
  /** Arguments of detect that say what it reads and how. */
  readonly camera: readonly string[];
  /** With detect's spool; without, faces are lost. */
  readonly spool: boolean;
  /** An empty folder for logs, spool and, with `to: "file"`, the faces. */
  readonly folder: string;
  /** Chooses from the faults that are possible here. */
  plan(faults: readonly Fault[], skipped: readonly string[]): readonly ScheduledFault[];
  /** How long the pipeline runs, faults included, seconds. */
  readonly seconds: number;
  /** How long detect may go on after that until faces are stored at once again, seconds. */
  readonly catchUpSeconds: number;
  /** Told once everything runs. */
  onStarted?(pipeline: Pipeline): void;
  progress(text: string): void;
}

export interface DrillResult {
  /** From the start of detect until everything was stored, seconds. */
  readonly seconds: number;
  readonly check: StoreCheck;
  /** Undefined for a build without audit. */
  readonly audit: Audit | undefined;
  readonly recoveries: readonly Recovery[];
  /** In the order in which they were stored. */
  readonly faces: readonly StoredFace[];
  /** Counters, summed over all roles and their lives. */
  readonly resent: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Roles that ended by themselves. */
  readonly unexpectedExits: Readonly<Record<string, readonly (number | string)[]>>;
  /** From the end of the run until faces were stored at once again, seconds; undefined: they were not in time. */
  readonly catchUpSeconds: number | undefined;
  /** From the end of detect until its spool was empty, seconds. */
  readonly drainSeconds: number;
  /** Why the drill failed: empty when no face was lost or doubled. */
  readonly failures: readonly string[];
}

/** The longest time in which the spool may drain, milliseconds. */
const drainTimeout = 15 * 60_000;

/** Runs the pipeline under faults, drains it, and compares what is stored with what was counted. */
export async function runDrill(
  settings: DrillSettings,
  cleanUp: CleanUp,
  signal: AbortSignal,
): Promise<DrillResult> {
  const { folder, progress } = settings;
  const stored = new StoredFaces();
  const target =
    settings.to === "s3"
      ? await s3Target(stored, cleanUp)
      : fileTarget(join(folder, "faces"), stored, cleanUp);
  const pipeline = await startPipeline(settings, target, cleanUp, signal);
  const begun = Date.now();
  settings.onStarted?.(pipeline);
  const { possible, skipped } = faultsOf(pipeline);
  const schedule = settings.plan(possible, skipped);
  const faults = await runFaults(schedule, begun, progress, signal);
  await delay(begun + settings.seconds * 1000 - Date.now(), undefined, { signal });
  progress("the faults are over: waiting until faces are stored at once again");
  const caughtUp = await catchUp(pipeline.detect, stored, settings, signal);
  await pipeline.detect.stop();
  const drainBegun = Date.now();
  progress("detect has stopped: waiting until everything is stored");
  const drainFailure = settings.spool
    ? await drain(pipeline, folder, signal)
    : await untilQuiet(stored, signal);
  const drainSeconds = (Date.now() - drainBegun) / 1000;
  const seconds = (Date.now() - begun) / 1000;
  const check = await checkStore(target, countedBy(pipeline.detect, settings.spool));
  const audited = await auditIfPossible(target);
  const { detect, forward, store } = pipeline;
  const roles = [detect, forward, store];
  return {
    seconds,
    check,
    audit: audited,
    recoveries: recoveries(faults, stored.faces),
    faces: stored.faces,
    resent: detect.total("facepipe_resent_total"),
    dropped: droppedBy(roles),
    unexpectedExits: Object.fromEntries(roles.map(({ name, unexpectedExits }) => [name, unexpectedExits])),
    catchUpSeconds: caughtUp,
    drainSeconds,
    failures: [...drainFailure, ...failuresOf(check, audited, roles)],
  };
}

/** Faults that overlap run at the same time. Resolves or rejects when all have ended. */
async function runFaults(
  schedule: readonly ScheduledFault[],
  begun: number,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<FaultRecord[]> {
  const run = async ({ fault, at, seconds }: ScheduledFault): Promise<FaultRecord> => {
    await delay(begun + at * 1000 - Date.now(), undefined, { signal });
    progress(`${at.toFixed(1)} s: ${fault.name} for ${seconds.toFixed(1)} s`);
    const begin = Date.now();
    await fault.begin();
    try {
      await delay(seconds * 1000, undefined, { signal });
    } finally {
      await fault.end();
    }
    return { name: fault.name, begin, end: Date.now() };
  };
  const runs = await Promise.allSettled(schedule.map(run));
  return runs.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}

/** Resolves, with the seconds, when what was stored in the last seconds had just been captured, or after a timeout. */
async function catchUp(
  detect: SupervisedProcess,
  { faces }: StoredFaces,
  { catchUpSeconds, progress }: DrillSettings,
  signal: AbortSignal,
): Promise<number | undefined> {
  const begun = Date.now();
  const recent = 3000;
  for (let round = 1; Date.now() < begun + catchUpSeconds * 1000; round++) {
    await delay(500, undefined, { signal });
    const from = faces.findLastIndex(({ storedAt }) => storedAt < Date.now() - recent);
    const last = faces.slice(from + 1);
    const age = Math.max(...last.map(({ capturedAt, storedAt }) => storedAt - capturedAt));
    if (last.length > 0 && age < recent) return (Date.now() - begun) / 1000;
    if (round % 20 === 0) {
      const queued = detect.latest.get("facepipe_spool_faces") ?? "?";
      progress(
        `${queued} in the spool, ${last.length} stored in 3 s, the oldest after ${Math.round(age / 1000)} s`,
      );
    }
  }
  return undefined;
}

/** Without a spool nobody knows when all has arrived: nothing has for some time. */
async function untilQuiet(stored: StoredFaces, signal: AbortSignal): Promise<string[]> {
  const quiet = 10_000;
  const since = Date.now();
  while (Date.now() - Math.max(stored.lastStoredAt, since) < quiet) await delay(500, undefined, { signal });
  return [];
}

async function drain({ drain: command }: Pipeline, folder: string, signal: AbortSignal): Promise<string[]> {
  const [program = "", ...args] = command;
  const child = spawnWithUs(program, args, { env: cleanEnvironment() });
  const log = createWriteStream(join(folder, "drain.log"), { flags: "a" });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const kill = () => child.kill("SIGKILL");
  const timer = setTimeout(kill, drainTimeout);
  signal.addEventListener("abort", kill);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  log.end();
  return code === 0 ? [] : [`detect --drain ended with ${code ?? "a timeout"}`];
}

/** What each life of detect counted; faces without a spool are counted when they are cut out. */
function countedBy({ lives }: SupervisedProcess, spool: boolean): Counted[] {
  const counter = spool ? "facepipe_spooled_total" : "facepipe_faces_total";
  return lives.map(({ startedAt, values }) => ({ startedAt, faces: values.get(counter) ?? 0 }));
}

/** Late frames are no faces. */
function droppedBy(roles: readonly SupervisedProcess[]): Record<string, number> {
  const dropped: Record<string, number> = {};
  for (const { lives } of roles)
    for (const { values } of lives)
      for (const [name, value] of values) {
        const [, reason = "late_frame"] = /^facepipe_dropped_total\{reason="(\w+)"\}$/.exec(name) ?? [];
        if (reason !== "late_frame" && value > 0) dropped[reason] = (dropped[reason] ?? 0) + value;
      }
  return dropped;
}

async function auditIfPossible(target: Target): Promise<Audit | undefined> {
  return (await hasOption("audit", "--from")) ? audit(target) : undefined;
}

function failuresOf(
  { lost, doubled, stored }: StoreCheck,
  audited: Audit | undefined,
  roles: readonly SupervisedProcess[],
): string[] {
  const failures: string[] = [];
  if (stored === 0) failures.push("no face was stored");
  const missing = lost.reduce((sum, { range: [first, last] }) => sum + last - first + 1, 0);
  if (missing > 0) failures.push(`${missing} faces are lost`);
  if (doubled > 0) failures.push(`${doubled} faces are doubled`);
  if (audited && (audited.missing > missing || audited.doubled !== doubled))
    failures.push(`audit says ${audited.missing} missing, ${audited.doubled} doubled`);
  for (const { name, unexpectedExits } of roles)
    if (unexpectedExits.includes(70)) failures.push(`a bug ended ${name} (exit code 70)`);
  return failures;
}
