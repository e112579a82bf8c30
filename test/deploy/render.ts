import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import type { ObjectMeta } from "kubernetes-types/meta/v1.js";
import { parseAllDocuments } from "yaml";
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
  "cloud",
  "cloud-loadbalancer",
  "cloud-directory",
  "cloud-keda",
] as const;
export type Overlay = (typeof overlays)[number];

export interface OverlayValues {
  /** A folder of `filledManifests`: overlays rendered from the same folder share their passwords. */
  readonly manifests: string;
  /** Override the values of the side's config.env. */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** Contents of the templates in the side's `secrets`. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
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
  for (const name of ["make-secrets.sh", "aws-credentials.example", "cameras.example"])
    await cp(join("deploy", name), join(folder, "deploy", name));
  await run(join(copy, "make-secrets.sh"), names);
  return copy;
}

/** The objects that `kubectl apply -k` sends for this overlay. */
export async function renderOverlay(name: Overlay, values: OverlayValues): Promise<KubernetesObject[]> {
  const { manifests, config = {}, secrets = {} } = values;
  const side = join(manifests, name.replace(/-.*/, ""));
  const files = ["config.env", ...Object.keys(secrets).map((file) => join("secrets", file))];
  const before = await Promise.all(files.map((file) => readFile(join(side, file))));
  try {
    await fillIn(join(side, "config.env"), config);
    for (const [file, text] of Object.entries(secrets)) await writeFile(join(side, "secrets", file), text);
    const { stdout } = await run("kubectl", ["kustomize", join(manifests, name)], { maxBuffer: 1e8 });
    return readObjects(stdout);
  } finally {
    for (const [at, file] of files.entries()) await writeFile(join(side, file), before[at] ?? "");
  }
}

/** Parses the YAML documents; throws at a syntax error. */
function readObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS();
  });
}

/** Sets `values` in an env file, replacing existing ones: kustomize refuses duplicate variables. */
async function fillIn(file: string, values: Readonly<Record<string, string>>): Promise<void> {
  const lines = (await readFile(file, "utf8")).split("\n");
  const others = lines.filter((line) => !Object.hasOwn(values, line.split("=", 1)[0] ?? ""));
  const ours = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  await writeFile(file, [...others, ...ours, ""].join("\n"));
}
