import type { Service } from "kubernetes-types/core/v1.js";
import { type Objects, specOf } from "./objects.ts";
import type { PodPlan } from "./workloads.ts";

/** A Service's port that differs from the pod's. */
export interface Redirect {
  readonly from: number;
  readonly to: number;
}

/** The pod's DNS names in the cluster: those of its Services and, in a StatefulSet, its own. */
export function namesOf(plan: PodPlan, podName: string, objects: Objects): string[] {
  const services = servicesOf(plan, objects).map(({ metadata }) => metadata?.name ?? "");
  const own = plan.serviceName ? [`${podName}.${plan.serviceName}`] : [];
  return [...services, ...own].flatMap((name) => {
    const full = `${name}.${plan.namespace}`;
    return [name, full, `${full}.svc`, `${full}.svc.cluster.local`];
  });
}

/** The ports and node ports of Services that differ from the port on which the pod listens. */
export function redirectsOf(plan: PodPlan, objects: Objects): Redirect[] {
  const ports = servicesOf(plan, objects).flatMap(({ spec }) => spec?.ports ?? []);
  return ports.flatMap(({ port, targetPort = port, nodePort }) => {
    const to = portNumber(targetPort, plan);
    return [port, nodePort].flatMap((from) => (from === undefined || from === to ? [] : [{ from, to }]));
  });
}

/** Resolves a port number or the name of a container's port. */
export function portNumber(port: number | string, plan: PodPlan): number {
  if (typeof port === "number") return port;
  const ports = specOf(plan.template).containers.flatMap((each) => each.ports ?? []);
  const found = ports.find(({ name }) => name === port);
  if (!found) throw new Error(`no container of ${plan.workload} has a port ${port}`);
  return found.containerPort;
}

/** The Services whose selector matches the pod's labels. */
function servicesOf(plan: PodPlan, objects: Objects): Service[] {
  const labels = plan.template.metadata?.labels ?? {};
  return objects.services().filter(({ spec }) => {
    const wanted = Object.entries(spec?.selector ?? {});
    return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
  });
}
