import { statSync } from "node:fs";
import { describe } from "../../base/errors.ts";
import { readTextFile } from "../files.ts";
import type { Fault } from "../given.ts";
import { type ConfigNode, parseYaml } from "./yaml.ts";

/** A configuration file as it is written. */
export interface ConfigFile {
  /** As the user wrote it. */
  readonly path: string;
  /** Absent: the file is empty, or cannot be read. */
  readonly root?: ConfigNode | undefined;
  /** The file cannot be read; a sentence. */
  readonly unreadable?: string;
  /** What is no YAML. */
  readonly faults: readonly Fault[];
}

/** Bytes. */
const largest = 2 ** 20;

/** Reads the configuration file; never throws. */
export function readConfigFile(path: string): ConfigFile {
  try {
    const { root, faults } = parseYaml(readText(path));
    return { path, root, faults };
  } catch (error) {
    return { path, unreadable: describe(error), faults: [] };
  }
}

function readText(path: string): string {
  // A pipe has no size.
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largest) throw new Error("is larger than 1 MiB: it is no configuration file");
  return readTextFile(path);
}
