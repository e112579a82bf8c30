import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { expand } from "./environment.ts";
import { numberOf } from "./quantity.ts";
import type { PreparedVolume } from "./volumes.ts";

export interface ContainerContext {
  /** podman's name of the pod. */
  readonly pod: string;
  readonly spec: PodSpec;
  readonly environment: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
}

/** The arguments of `podman run` for the container, as the kubelet runs it; detached unless it is an initContainer. */
export function containerArgs(
  container: Container,
  kind: "init" | "main",
  context: ContainerContext,
): string[] {
  const { name, image, command, args = [], workingDir } = container;
  if (!image) throw new Error(`container ${name} has no image`);
  const words = (texts: readonly string[]) => texts.map((text) => expand(text, context.environment));
  return [
    "run",
    `--pod=${context.pod}`,
    `--name=${context.pod}-${name}`,
    "--pull=never",
    // Otherwise podman mounts tmpfs on a read-only image.
    "--read-only-tmpfs=false",
    // Kubernetes ignores the image's health check and volumes.
    "--no-healthcheck",
    "--image-volume=ignore",
    ...(kind === "main"
      ? ["--detach", "--restart", context.spec.restartPolicy === "Never" ? "no" : "always"]
      : []),
    ...[...context.environment].flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...(workingDir ? ["--workdir", workingDir] : []),
    ...securityArgs(container, context.spec),
    ...limitArgs(container),
    ...mountArgs(container, context.volumes),
    ...(command ? ["--entrypoint", JSON.stringify(words(command))] : []),
    image,
    ...words(args),
  ];
}

/** The container's securityContext, which overrides the pod's. */
function securityArgs(container: Container, spec: PodSpec): string[] {
  const { runAsUser, runAsGroup, ...own } = { ...spec.securityContext, ...container.securityContext };
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  if (own.privileged) throw new Error(`container ${container.name} is privileged`);
  // With runAsUser alone Kubernetes uses group 0; podman would use that user's group in the image.
  const user = runAsUser === undefined ? [] : ["--user", `${runAsUser}:${runAsGroup ?? 0}`];
  const groups = fsGroup === undefined ? supplementalGroups : [fsGroup, ...supplementalGroups];
  return [
    ...user,
    ...groups.flatMap((group) => ["--group-add", String(group)]),
    ...(own.readOnlyRootFilesystem ? ["--read-only"] : []),
    ...(own.allowPrivilegeEscalation === false ? ["--security-opt", "no-new-privileges"] : []),
    ...(own.capabilities?.drop ?? []).flatMap((each) => ["--cap-drop", each.toLowerCase()]),
    ...(own.capabilities?.add ?? []).flatMap((each) => ["--cap-add", each.toLowerCase()]),
  ];
}

/** Memory without swap, as on a node; CPU by CFS quota. */
function limitArgs({ resources }: Container): string[] {
  const { memory, cpu } = resources?.limits ?? {};
  const bytes = memory === undefined ? undefined : String(numberOf(memory));
  return [
    ...(bytes ? ["--memory", bytes, "--memory-swap", bytes] : []),
    ...(cpu === undefined ? [] : ["--cpus", String(numberOf(cpu))]),
  ];
}

function mountArgs({ name, volumeMounts = [] }: Container, volumes: ContainerContext["volumes"]): string[] {
  return volumeMounts.flatMap(({ name: volume, mountPath, readOnly = false, subPath }) => {
    const prepared = volumes.get(volume);
    if (!prepared) throw new Error(`container ${name} mounts ${volume}, which the pod does not have`);
    const source = subPath ? `${prepared.folder}/${subPath}` : prepared.folder;
    return ["--volume", `${source}:${mountPath}:${readOnly || prepared.readOnly ? "ro" : "rw"}`];
  });
}
