import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import type { ObjectMeta } from "kubernetes-types/meta/v1.js";
import { parseAllDocuments, parseDocument } from "yaml";
import { findCommand } from "../support/commands.ts";
import { emptyFolder } from "../support/folder.ts";

const run = promisify(execFile);

/** Any Kubernetes object, as kubectl sends it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta & { readonly name: string };
  readonly [field: string]: unknown;
}

/** The folders in deploy/kubernetes that can be applied. */
export const overlays = [
  "edge",
  "edge-usb-camera",
  "edge-secret-config",
  "cloud",
  "cloud-loadbalancer",
  "cloud-directory",
  "cloud-keda",
];

export interface OverlayValues {
  /** A folder of `filledManifests`: overlays rendered from the same folder share their passwords. */
  readonly manifests: string;
  /** Override the values of the cloud's config.env. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Override the values of the edge's facepipe.yaml, by path: `detect.emit`. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Contents of files, by path: `cloud/secrets/aws-credentials`. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** Why manifests cannot be rendered here; for `skip`. */
export function kubectlMissing(): string | undefined {
  const missing = ["kubectl", "openssl"].find((name) => !findCommand(name));
  return missing && `needs ${missing} (kubectl of 1.21 or newer)`;
}

/**
 * A copy of deploy/kubernetes with secrets from its make-secrets.sh, as an operator has it; deleted when the test ends.
 * `names` are host names and addresses of the cloud's broker.
 */
export async function filledManifests(t: TestContext, names?: readonly string[]): Promise<string> {
  return fillManifests(emptyFolder(t), names);
}

/** The same in a folder of the caller. */
export async function fillManifests(folder: string, names: readonly string[] = ["cloud.example"]) {
  const copy = join(folder, "deploy", "kubernetes");
  const isSecret = (path: string) => basename(path) === "secrets";
  await cp("deploy/kubernetes", copy, { recursive: true, filter: (path) => !isSecret(path) });
  for (const name of ["make-secrets.sh", "aws-credentials.example"])
    await cp(join("deploy", name), join(folder, "deploy", name));
  await run(join(copy, "make-secrets.sh"), names);
  return copy;
}

/** The objects that `kubectl apply -k` sends for this overlay, or for another folder in `manifests`. */
export async function renderOverlay(name: string, values: OverlayValues): Promise<KubernetesObject[]> {
  const { manifests, config = {}, settings = {}, files = {} } = values;
  const changes: Record<string, (before: string) => string> = {
    "cloud/config.env": (before) => withVariables(before, config),
    "edge/facepipe.yaml": (before) => withSettings(before, settings),
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [path, () => text])),
  };
  const originals = new Map<string, string>();
  try {
    for (const [path, change] of Object.entries(changes)) {
      const file = join(manifests, path);
      const before = await readFile(file, "utf8");
      originals.set(file, before);
      await writeFile(file, change(before));
    }
    const { stdout } = await run("kubectl", ["kustomize", join(manifests, name)], { maxBuffer: 1e8 });
    return readObjects(stdout);
  } finally {
    for (const [file, before] of originals) await writeFile(file, before);
  }
}

/** Parses the YAML documents; throws at a syntax error. */
function readObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
}

/** An env file with these values in place of its own: kustomize refuses duplicate variables. */
function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  const others = text.split("\n").filter((line) => !Object.hasOwn(values, line.split("=", 1)[0] ?? ""));
  const ours = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [...others, ...ours, ""].join("\n");
}

/** A configuration file with these values in place of its own, by path. */
export function withSettings(text: string, values: Readonly<Record<string, unknown>>): string {
  const document = parseDocument(text);
  for (const [path, value] of Object.entries(values)) document.setIn(path.split("."), value);
  return document.toString();
}
