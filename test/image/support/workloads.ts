import { randomBytes } from "node:crypto";
import type { Deployment, StatefulSet } from "kubernetes-types/apps/v1.js";
import type { PodTemplateSpec } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";

/** A pod to be created for a workload. */
export interface PodPlan {
  /** The Deployment's or StatefulSet's name. */
  readonly workload: string;
  readonly namespace: string;
  readonly template: PodTemplateSpec;
  /** The pod's name and host name: a new one each time, except in a StatefulSet. */
  nextName(): string;
  /** The claims from a StatefulSet's volumeClaimTemplates: volume name to claim name. */
  readonly claims: ReadonlyMap<string, string>;
  /** The headless Service with the pod's own DNS name. */
  readonly serviceName?: string | undefined;
}

const unsupportedKinds = ["DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet"];

/** The pods of all StatefulSets, then of all Deployments. */
export function plansOf(objects: Objects): PodPlan[] {
  const unsupported = unsupportedKinds.filter((kind) => objects.every(kind).length > 0);
  if (unsupported.length > 0) throw new Error(`the runner does not support ${unsupported.join(", ")}`);
  return [
    ...objects.every<StatefulSet>("StatefulSet").flatMap((each) => ofStatefulSet(each, objects.namespace)),
    ...objects.every<Deployment>("Deployment").flatMap((each) => ofDeployment(each, objects.namespace)),
  ];
}

function ofStatefulSet({ metadata, spec }: StatefulSet, namespace: string): PodPlan[] {
  const workload = metadata?.name;
  if (!workload || !spec) throw new Error("a StatefulSet has no name or no spec");
  const templates = spec.volumeClaimTemplates ?? [];
  return Array.from({ length: spec.replicas ?? 1 }, (_, ordinal) => {
    const name = `${workload}-${ordinal}`;
    const claims = templates.map(
      (each) => [each.metadata?.name ?? "", `${each.metadata?.name}-${name}`] as const,
    );
    const { template, serviceName } = spec;
    return { workload, namespace, template, nextName: () => name, claims: new Map(claims), serviceName };
  });
}

function ofDeployment({ metadata, spec }: Deployment, namespace: string): PodPlan[] {
  const workload = metadata?.name;
  if (!workload || !spec) throw new Error("a Deployment has no name or no spec");
  const nextName = () =>
    `${workload}-${randomBytes(4).toString("hex")}-${randomBytes(3).toString("hex").slice(1)}`;
  const plan = { workload, namespace, template: spec.template, nextName, claims: new Map<string, string>() };
  return Array.from({ length: spec.replicas ?? 1 }, () => plan);
}
