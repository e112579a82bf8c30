import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import type { KubernetesObject } from "./render.ts";

/** A pod as a Deployment, StatefulSet or DaemonSet creates it. */
export interface Pod {
  /** `edge/detect`, for messages. */
  readonly where: string;
  readonly namespace: string;
  readonly owner: KubernetesObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
  /** Names of the owner's volumeClaimTemplates. */
  readonly claims: readonly string[];
}

interface WorkloadSpec {
  readonly template: {
    readonly metadata?: { readonly labels?: Record<string, string> };
    readonly spec: PodSpec;
  };
  readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
}

/** The pods of all workloads among the objects. */
export function podsOf(objects: readonly KubernetesObject[]): Pod[] {
  const owners = objects.filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind));
  return owners.map((owner) => {
    const { template, volumeClaimTemplates = [] } = owner["spec"] as WorkloadSpec;
    const { namespace = "default", name } = owner.metadata;
    return {
      where: `${namespace}/${name}`,
      namespace,
      owner,
      labels: template.metadata?.labels ?? {},
      spec: template.spec,
      claims: volumeClaimTemplates.map(({ metadata }) => metadata.name),
    };
  });
}

/** The initContainers, then the containers. */
export function containersOf({ spec }: Pod): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** The decoded entries of a ConfigMap or Secret, or undefined when there is none of that name. */
export function valuesOf(
  objects: readonly KubernetesObject[],
  kind: "ConfigMap" | "Secret",
  { namespace }: { readonly namespace: string },
  name: string | undefined,
): Readonly<Record<string, string>> | undefined {
  const found = objects.find(
    (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
  );
  if (!found) return undefined;
  const data = Object.entries((found["data"] ?? {}) as Record<string, string>);
  const plain = (text: string) => (kind === "Secret" ? Buffer.from(text, "base64").toString("utf8") : text);
  return Object.fromEntries(data.map(([key, text]) => [key, plain(text)]));
}

/** True when the label selector matches the labels. */
export function matchesSelector(
  selector: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values?: readonly string[];
    }[];
  },
  labels: Readonly<Record<string, string>>,
): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const within = ({ key, values = [] }: { key: string; values?: readonly string[] }) =>
    values.includes(labels[key] ?? "");
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((each) => {
      if (each.operator === "In") return within(each);
      if (each.operator === "NotIn") return !within(each);
      throw new Error(`the operator ${each.operator} is not supported here`);
    })
  );
}
