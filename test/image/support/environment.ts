import type { Container, EnvVar } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";

/** The fields of a pod that its containers can refer to (fieldRef). */
export interface PodFields {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container's variables as the kubelet sets them: envFrom in order, then env, where later ones can refer to earlier ones. */
export function environmentOf(
  container: Container,
  fields: PodFields,
  objects: Objects,
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { configMapRef, secretRef, prefix = "" } of container.envFrom ?? []) {
    const entries = configMapRef
      ? read("ConfigMap", configMapRef, objects)
      : read("Secret", secretRef ?? {}, objects);
    for (const [key, value] of entries) variables.set(prefix + key, value.toString("utf8"));
  }
  for (const each of container.env ?? []) {
    const value = resolve(each, fields, objects);
    if (value !== undefined) variables.set(each.name, expand(value, variables));
  }
  return variables;
}

/** `$(VAR)` becomes the variable's value, `$$(VAR)` becomes `$(VAR)`, and a reference to an unknown variable is unchanged. */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (all, name) =>
    all === "$$" ? "$" : (variables.get(name) ?? all),
  );
}

function resolve(variable: EnvVar, fields: PodFields, objects: Objects): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  if (fieldRef) return field(fieldRef.fieldPath, fields);
  if (resourceFieldRef) throw new Error(`the runner does not support resourceFieldRef (${variable.name})`);
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

function field(path: string, { name, namespace, address, labels }: PodFields): string {
  const label = path.match(/^metadata\.labels\['(.+)'\]$/)?.[1];
  if (label !== undefined) return labels[label] ?? "";
  const known: Record<string, string> = {
    "metadata.name": name,
    "metadata.namespace": namespace,
    "status.podIP": address,
    "spec.nodeName": "node",
  };
  const value = known[path];
  if (value === undefined) throw new Error(`the runner does not support the field ${path}`);
  return value;
}
