import type { Container, EnvVar } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";

/** What a pod can say about itself to its containers (fieldRef). */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container's variables as the kubelet makes them: envFrom in order, then env, of which later ones see earlier ones. */
export function environmentOf(container: Container, facts: PodFacts, objects: Objects): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { configMapRef, secretRef, prefix = "" } of container.envFrom ?? []) {
    const entries = configMapRef
      ? read("ConfigMap", configMapRef, objects)
      : read("Secret", secretRef ?? {}, objects);
    for (const [key, value] of entries) variables.set(prefix + key, value.toString("utf8"));
  }
  for (const each of container.env ?? []) {
    const value = resolve(each, facts, objects);
    if (value !== undefined) variables.set(each.name, expand(value, variables));
  }
  return variables;
}

/** `$(VAR)` becomes the variable's value, `$$(VAR)` becomes `$(VAR)`, and what is no variable stays. */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (all, name) =>
    all === "$$" ? "$" : (variables.get(name) ?? all),
  );
}

function resolve(variable: EnvVar, facts: PodFacts, objects: Objects): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  if (fieldRef) return field(fieldRef.fieldPath, facts);
  if (resourceFieldRef) throw new Error(`the runner knows no resourceFieldRef (${variable.name})`);
  const reference = configMapKeyRef ?? secretKeyRef;
  if (!reference) return variable.value ?? "";
  const value = read(configMapKeyRef ? "ConfigMap" : "Secret", reference, objects).get(reference.key);
  if (!value && !reference.optional)
    throw new Error(`${reference.name} has no ${reference.key} (${variable.name})`);
  return value?.toString("utf8");
}

function read(
  kind: "ConfigMap" | "Secret",
  { name = "", optional }: { name?: string; optional?: boolean },
  objects: Objects,
): ReadonlyMap<string, Buffer> {
  const entries = objects.entries(kind, name);
  if (!entries && !optional) throw new Error(`there is no ${kind} ${name} in ${objects.namespace}`);
  return entries ?? new Map();
}

function field(path: string, { name, namespace, address, labels }: PodFacts): string {
  const label = path.match(/^metadata\.labels\['(.+)'\]$/)?.[1];
  if (label !== undefined) return labels[label] ?? "";
  const known: Record<string, string> = {
    "metadata.name": name,
    "metadata.namespace": namespace,
    "status.podIP": address,
    "spec.nodeName": "node",
  };
  const value = known[path];
  if (value === undefined) throw new Error(`the runner knows no field ${path}`);
  return value;
}
