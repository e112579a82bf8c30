import type { Pipeline } from "./pipeline.ts";
import type { S3Mode } from "./s3-proxy.ts";

/** A kind of fault. */
export interface Fault {
  readonly name: string;
  /** What fails: of one target one fault at a time. */
  readonly target: string;
  /** How long it lasts at least and at most, seconds. */
  readonly seconds: readonly [least: number, most: number];
  begin(): unknown;
  end(): unknown;
}

/** What can be killed, frozen and started again. */
export interface Victim {
  kill(): Promise<void>;
  start(): unknown;
  pause(): void;
  resume(): void;
}

const s3Modes: readonly (readonly [name: string, mode: S3Mode])[] = [
  ["s3-503", "unavailable"],
  ["s3-hang", "hang"],
  ["s3-reset", "reset"],
  ["s3-lost-answer", "lose-answer"],
];

/** The faults that are possible here, and why others are not. */
export interface Faults {
  readonly possible: readonly Fault[];
  readonly skipped: readonly string[];
}

export function faultsOf({ victims, cable, uplink, s3, disk }: Pipeline): Faults {
  const skipped: string[] = [];
  const possible = Object.entries(victims).flatMap(([name, victim]) => [
    kill(name, victim),
    freeze(name, victim),
  ]);
  // Bytes wait and connections stay open, as when a router forgets a connection for a while.
  possible.push(
    fault(
      "uplink-stall",
      "uplink",
      [2, 20],
      () => uplink.blackHole(),
      () => uplink.pass(),
    ),
  );
  possible.push(
    fault(
      "uplink-refuse",
      "uplink",
      [2, 20],
      () => uplink.refuse(),
      () => uplink.pass(),
    ),
  );
  if (cable) possible.push(fault("uplink-cut", "uplink", [2, 20], cable.cut, cable.join));
  else skipped.push("uplink-cut: needs root and the right to create network namespaces");
  if (disk.ballast)
    possible.push(fault("spool-full", "disk", [3, 10], disk.ballast.fill, disk.ballast.remove));
  else skipped.push("spool-full: needs root, the right to mount, and detect --spool");
  if (s3) possible.push(...s3Modes.map(([name, mode]) => s3Fault(name, mode, s3)));
  else skipped.push(`${s3Modes.map(([name]) => name).join(", ")}: need --to s3`);
  return { possible, skipped };
}

function fault(
  name: string,
  target: string,
  seconds: Fault["seconds"],
  begin: () => unknown,
  end: () => unknown,
): Fault {
  return { name, target, seconds, begin, end };
}

function kill(name: string, victim: Victim): Fault {
  return fault(
    `kill-${name}`,
    name,
    [0.2, 2],
    () => victim.kill(),
    () => victim.start(),
  );
}

function freeze(name: string, victim: Victim): Fault {
  return fault(
    `freeze-${name}`,
    name,
    [1, 15],
    () => victim.pause(),
    () => victim.resume(),
  );
}

function s3Fault(name: string, mode: S3Mode, s3: { mode: S3Mode }): Fault {
  const set = (value: S3Mode) => () => {
    s3.mode = value;
  };
  return fault(name, "s3", [2, 15], set(mode), set("pass"));
}
