import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export const composeFolder = "deploy/compose";

/** The combinations of files that an operator may start with one command. */
export const projects: Readonly<Record<string, readonly string[]>> = {
  edge: ["edge.yaml"],
  "edge with a webcam": ["edge.yaml", "edge-usb-camera.yaml"],
  cloud: ["cloud.yaml"],
  "both on one machine": ["edge.yaml", "cloud.yaml"],
};

export interface Service {
  readonly image: string;
  readonly user: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: readonly string[];
  readonly networks: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly [key: string]: unknown;
}

export interface Project {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** `${NAME}`, `${NAME:-default}` and, where an empty value is a value, `${NAME-default}`: the syntax that these files use. */
const reference = /\$\{([A-Z0-9_]+)(?:(:?)-([^}]*))?\}/g;

/** Each reference of a file: its name, and its default if there is one. */
export function referencesIn(file: string): { name: string; fallback: string | undefined }[] {
  const text = readFileSync(join(composeFolder, file), "utf8");
  return Array.from(text.matchAll(reference), ([, name = "", , fallback]) => ({ name, fallback }));
}

/** The files merged as Compose does it, with the values of `.env` inserted; later files extend and override earlier ones. */
export function readProject(
  files: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Project {
  const value = (_: string, name: string, orEmpty = "", fallback = "") =>
    (orEmpty ? environment[name] || undefined : environment[name]) ?? fallback;
  const texts = files.map((file) => readFileSync(join(composeFolder, file), "utf8"));
  // After parsing, as Compose does it: an inserted value remains a string.
  const filled = (_: unknown, each: unknown) =>
    typeof each === "string" ? each.replace(reference, value) : each;
  return texts.map((text) => parse(text, filled, { merge: true })).reduce(merged);
}

function merged(one: unknown, other: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  if (!isRecord(one) || !isRecord(other)) return other;
  const both = Object.keys(other).map((key) => [key, key in one ? merged(one[key], other[key]) : other[key]]);
  return { ...one, ...Object.fromEntries(both) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values of an env file. */
export function readEnvFile(path: string): Record<string, string> {
  const lines = readFileSync(path, "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => [line.match(/^(\w+)=(.*)$/)?.slice(1) ?? []].filter((pair) => pair.length > 0)),
  );
}
