import type { ConfigMap, PodSpec, PodTemplateSpec, Secret, Service } from "kubernetes-types/core/v1.js";

/** A rendered object, as `kubectl kustomize` prints it. */
export interface KubernetesObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** The objects of one namespace, by kind and name. */
export class Objects {
  readonly namespace: string;
  readonly #all: readonly KubernetesObject[];

  constructor(all: readonly KubernetesObject[], namespace: string) {
    // Cluster-scoped objects, such as a PriorityClass, are not needed here.
    this.#all = all.filter((each) => (each.metadata?.namespace ?? "default") === namespace);
    this.namespace = namespace;
  }

  every<T>(kind: string): T[] {
    return this.#all.filter((each) => each.kind === kind) as T[];
  }

  find<T>(kind: string, name: string): T | undefined {
    return this.every<T & KubernetesObject>(kind).find((each) => each.metadata?.name === name);
  }

  services(): Service[] {
    return this.every("Service");
  }

  /** The entries of a ConfigMap or Secret; undefined when there is none of this name. */
  entries(kind: "ConfigMap" | "Secret", name: string): ReadonlyMap<string, Buffer> | undefined {
    if (kind === "ConfigMap") {
      const map = this.find<ConfigMap>(kind, name);
      return map && new Map([...decoded(map.data, "utf8"), ...decoded(map.binaryData, "base64")]);
    }
    const secret = this.find<Secret>(kind, name);
    return secret && new Map([...decoded(secret.data, "base64"), ...decoded(secret.stringData, "utf8")]);
  }
}

/** The spec of a pod template, which Kubernetes requires. */
export function specOf(template: PodTemplateSpec): PodSpec {
  if (!template.spec) throw new Error("a pod template has no spec");
  return template.spec;
}

function decoded(data: Readonly<Record<string, string>> = {}, coding: "utf8" | "base64"): [string, Buffer][] {
  return Object.entries(data).map(([key, text]) => [key, Buffer.from(text, coding)]);
}
