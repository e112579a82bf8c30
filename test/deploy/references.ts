import type { Container, Probe, Volume } from "kubernetes-types/core/v1.js";
import { containersOf, matchesSelector, type Pod, podsOf, valuesOf } from "./pods.ts";
import type { KubernetesObject } from "./render.ts";

/** Exists in every cluster. */
const builtIn = ["PriorityClass system-node-critical"];

/** A sentence for each dangling reference in the objects. */
export function danglingReferences(objects: readonly KubernetesObject[]): string[] {
  const pods = podsOf(objects);
  return [
    ...pods.flatMap((pod) => [...podFaults(pod, objects), ...ownerFaults(pod, objects, pods)]),
    ...selectorFaults(objects, pods),
    ...scalerFaults(objects),
  ];
}

function podFaults(pod: Pod, objects: readonly KubernetesObject[]): string[] {
  const volumes = [...(pod.spec.volumes ?? []).map(({ name }) => name), ...pod.claims];
  const mounted = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
  const { priorityClassName, serviceAccountName } = pod.spec;
  return [
    ...(pod.spec.volumes ?? []).flatMap((volume) => volumeFaults(volume, pod, objects)),
    ...mounted.filter((name) => !volumes.includes(name)).map((name) => `there is no volume ${name} to mount`),
    ...volumes.filter((name) => !mounted.includes(name)).map((name) => `the volume ${name} is not mounted`),
    ...containersOf(pod).flatMap((container) => containerFaults(container, pod, objects)),
    ...missing(objects, "PriorityClass", priorityClassName),
    ...missing(objects, "ServiceAccount", serviceAccountName, pod.namespace),
  ].map((fault) => `${pod.where}: ${fault}`);
}

function volumeFaults(volume: Volume, pod: Pod, objects: readonly KubernetesObject[]): string[] {
  if (volume.secret) return missingKeys(objects, pod, "Secret", volume.secret.secretName, []);
  if (volume.configMap) return missingKeys(objects, pod, "ConfigMap", volume.configMap.name, []);
  return missing(objects, "PersistentVolumeClaim", volume.persistentVolumeClaim?.claimName, pod.namespace);
}

function containerFaults(container: Container, pod: Pod, objects: readonly KubernetesObject[]): string[] {
  const { env = [], envFrom = [], ports = [] } = container;
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe];
  return [
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef ? missingKeys(objects, pod, "ConfigMap", configMapRef.name, []) : []),
      ...(secretRef ? missingKeys(objects, pod, "Secret", secretRef.name, []) : []),
    ]),
    ...env.flatMap(({ valueFrom }) => {
      const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
      if (map) return missingKeys(objects, pod, "ConfigMap", map.name, [map.key]);
      return secret ? missingKeys(objects, pod, "Secret", secret.name, [secret.key]) : [];
    }),
    ...probes
      .map(portOf)
      .filter(
        (port) => port !== undefined && !ports.some((each) => [each.name, each.containerPort].includes(port)),
      )
      .map((port) => `a probe of ${container.name} targets port ${port}, which it does not have`),
  ];
}

function portOf(probe: Probe | undefined): string | number | undefined {
  return probe?.httpGet?.port ?? probe?.tcpSocket?.port;
}

function ownerFaults(
  { where, owner, namespace }: Pod,
  objects: readonly KubernetesObject[],
  pods: readonly Pod[],
): string[] {
  const { serviceName, selector } = owner["spec"] as { serviceName?: string; selector: object };
  const matched = pods.filter(
    (each) => each.namespace === namespace && matchesSelector(selector, each.labels),
  );
  const others = matched.filter((each) => each.owner !== owner);
  return [
    ...(owner.kind === "StatefulSet" ? missing(objects, "Service", serviceName, namespace) : []),
    ...(matched.length > others.length ? [] : ["its selector does not match its own pods"]),
    ...others.map((each) => `its selector also matches pods of ${each.where}`),
  ].map((fault) => `${where}: ${fault}`);
}

interface SelectorSpec {
  readonly selector?: object;
  readonly podSelector?: object;
  readonly ports?: readonly { readonly targetPort?: string | number }[];
}

/** Services, NetworkPolicies and PodDisruptionBudgets must match a pod, and a Service one of its ports. */
function selectorFaults(objects: readonly KubernetesObject[], pods: readonly Pod[]): string[] {
  const kinds = ["Service", "NetworkPolicy", "PodDisruptionBudget"];
  return objects
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap((object) => {
      const { selector, podSelector, ports = [] } = object["spec"] as SelectorSpec;
      const wanted = object.kind === "Service" ? { matchLabels: selector } : (podSelector ?? selector ?? {});
      const matched = pods.filter(
        ({ namespace, labels }) =>
          namespace === object.metadata.namespace && matchesSelector(wanted as object, labels),
      );
      const what = `${object.kind} ${object.metadata.name}`;
      if (matched.length === 0) return [`${what} matches no pod`];
      if (object.kind !== "Service") return [];
      const open = matched.flatMap(({ spec }) => spec.containers.flatMap(({ ports = [] }) => ports));
      return ports
        .filter(
          ({ targetPort }) =>
            !open.some(({ name, containerPort }) => [name, containerPort].includes(targetPort)),
        )
        .map(({ targetPort }) => `${what} targets port ${targetPort}, which no pod has`);
    });
}

function scalerFaults(objects: readonly KubernetesObject[]): string[] {
  return objects
    .filter(({ kind }) => kind === "ScaledObject")
    .flatMap(({ spec, metadata }) => {
      const { kind, name } = (spec as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
      return missing(objects, kind, name, metadata.namespace);
    });
}

function missing(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string | undefined,
  namespace?: string,
): string[] {
  if (name === undefined || builtIn.includes(`${kind} ${name}`)) return [];
  const there = objects.some(
    (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
  );
  return there ? [] : [`there is no ${kind} ${name}`];
}

function missingKeys(
  objects: readonly KubernetesObject[],
  pod: Pod,
  kind: "ConfigMap" | "Secret",
  name: string | undefined,
  keys: readonly string[],
): string[] {
  const values = valuesOf(objects, kind, pod, name);
  if (!values) return [`there is no ${kind} ${name}`];
  return keys.filter((key) => !Object.hasOwn(values, key)).map((key) => `${kind} ${name} has no key ${key}`);
}
