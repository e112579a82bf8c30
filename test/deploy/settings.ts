import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Container } from "kubernetes-types/core/v1.js";
import { readSettings } from "../support/command-line.ts";
import { type Pod, valuesOf } from "./pods.ts";
import type { KubernetesObject } from "./render.ts";

/** A container's environment in Kubernetes: envFrom in order, then env. */
export function environmentOf(
  container: Container,
  pod: Pod,
  objects: readonly KubernetesObject[],
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const { configMapRef } of container.envFrom ?? [])
    Object.assign(environment, valuesOf(objects, "ConfigMap", pod, configMapRef?.name));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const { configMapKeyRef: map } = valueFrom ?? {};
    environment[name] = value ?? valuesOf(objects, "ConfigMap", pod, map?.name)?.[map?.key ?? ""] ?? "";
  }
  return environment;
}

/** Writes the files of a container's ConfigMap and Secret volumes, with `root` instead of /. */
export async function writeVolumes(
  root: string,
  container: Container,
  pod: Pod,
  objects: readonly KubernetesObject[],
): Promise<void> {
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((each) => each.name === name);
    const values =
      valuesOf(objects, "Secret", pod, volume?.secret?.secretName) ??
      valuesOf(objects, "ConfigMap", pod, volume?.configMap?.name);
    for (const [key, text] of Object.entries(values ?? {})) {
      const file = join(root, mountPath, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
}

/** The environment of the image. */
const image = { FACEPIPE_HTTP: "8080" };

/** What a container of facepipe reads, with its files below `root`. Throws the faults that facepipe finds. */
export async function readContainer(
  root: string,
  container: Container,
  pod: Pod,
  objects: readonly KubernetesObject[],
) {
  await writeVolumes(root, container, pod, objects);
  const environment = { ...image, ...below(root, environmentOf(container, pod, objects)) };
  return readSettings(container.args ?? [], environment);
}

/** The same environment with file paths below `root`. */
export function below(root: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const isFile = (name: string) => /_(CONFIG|FILE|CA|CERT|SPOOL)$/.test(name);
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, isFile(name) ? join(root, value) : value]),
  );
}
