import type { Service } from "kubernetes-types/core/v1.js";
import { type Objects, specOf } from "./objects.ts";
import type { PodPlan } from "./workloads.ts";

/** A port of a Service that is another one in the pod. */
export interface Redirect {
  readonly from: number;
  readonly to: number;
}

/** The names under which others of the cluster reach this pod: those of its Services, and its own in a StatefulSet. */
export function namesOf(plan: PodPlan, podName: string, objects: Objects): string[] {
  const services = servicesOf(plan, objects).map(({ metadata }) => metadata?.name ?? "");
  const own = plan.governedBy ? [`${podName}.${plan.governedBy}`] : [];
  return [...services, ...own].flatMap((name) => {
    const full = `${name}.${plan.namespace}`;
    return [name, full, `${full}.svc`, `${full}.svc.cluster.local`];
  });
}

/** Where a Service's port or node port is not the port that the pod listens on. */
export function redirectsOf(plan: PodPlan, objects: Objects): Redirect[] {
  const ports = servicesOf(plan, objects).flatMap(({ spec }) => spec?.ports ?? []);
  return ports.flatMap(({ port, targetPort = port, nodePort }) => {
    const to = portNumber(targetPort, plan);
    return [port, nodePort].flatMap((from) => (from === undefined || from === to ? [] : [{ from, to }]));
  });
}

/** A port by number or by the name that a container gives it. */
export function portNumber(port: number | string, plan: PodPlan): number {
  if (typeof port === "number") return port;
  const ports = specOf(plan.template).containers.flatMap((each) => each.ports ?? []);
  const found = ports.find(({ name }) => name === port);
  if (!found) throw new Error(`no container of ${plan.workload} has a port ${port}`);
  return found.containerPort;
}

/** The Services whose selector these labels fulfil. */
function servicesOf(plan: PodPlan, objects: Objects): Service[] {
  const labels = plan.template.metadata?.labels ?? {};
  return objects.services().filter(({ spec }) => {
    const wanted = Object.entries(spec?.selector ?? {});
    return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
  });
}
