import { randomBytes } from "node:crypto";
import type { Deployment, StatefulSet } from "kubernetes-types/apps/v1.js";
import type { PodTemplateSpec } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";

/** A pod that a controller wants to have. */
export interface PodPlan {
  /** The Deployment's or StatefulSet's name. */
  readonly workload: string;
  readonly namespace: string;
  readonly template: PodTemplateSpec;
  /** The pod's name, which is its host name: a new one each time, save in a StatefulSet. */
  nextName(): string;
  /** The claims of a StatefulSet's volumeClaimTemplates: volume name to claim name. */
  readonly claims: ReadonlyMap<string, string>;
  /** The headless Service that gives this pod a name of its own. */
  readonly governedBy?: string;
}

const unknownKinds = ["DaemonSet", "Job", "CronJob", "Pod", "ReplicaSet"];

/** All pods that the Deployments and StatefulSets of these objects ask for, StatefulSets first. */
export function plansOf(objects: Objects): PodPlan[] {
  const unknown = unknownKinds.filter((kind) => objects.every(kind).length > 0);
  if (unknown.length > 0) throw new Error(`the runner knows no ${unknown.join(", ")}`);
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
    const governed = spec.serviceName ? { governedBy: spec.serviceName } : {};
    const { template } = spec;
    return { workload, namespace, template, nextName: () => name, claims: new Map(claims), ...governed };
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
