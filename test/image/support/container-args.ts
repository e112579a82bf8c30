import type { Container, PodSpec } from "kubernetes-types/core/v1.js";
import { expand } from "./environment.ts";
import { numberOf } from "./quantity.ts";
import type { PreparedVolume } from "./volumes.ts";

export interface ContainerPlace {
  /** The pod that podman has. */
  readonly pod: string;
  readonly spec: PodSpec;
  readonly environment: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, PreparedVolume>;
}

/** The arguments of `podman run` that make this container as the kubelet would; detached unless it is an initContainer. */
export function containerArgs(container: Container, kind: "init" | "main", place: ContainerPlace): string[] {
  const { name, image, command, args = [], workingDir } = container;
  if (!image) throw new Error(`container ${name} has no image`);
  const words = (texts: readonly string[]) => texts.map((text) => expand(text, place.environment));
  return [
    "run",
    ...["--pod", place.pod, "--name", `${place.pod}-${name}`, "--pull", "never"],
    // Otherwise podman adds folders in memory to a read-only image.
    "--read-only-tmpfs=false",
    // Kubernetes has probes and volumes of its own, and passes over the image's.
    ...["--no-healthcheck", "--image-volume", "ignore"],
    ...(kind === "main"
      ? ["--detach", "--restart", place.spec.restartPolicy === "Never" ? "no" : "always"]
      : []),
    ...[...place.environment].flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...(workingDir ? ["--workdir", workingDir] : []),
    ...securityArgs(container, place.spec),
    ...limitArgs(container),
    ...mountArgs(container, place.volumes),
    ...(command ? ["--entrypoint", JSON.stringify(words(command))] : []),
    image,
    ...words(args),
  ];
}

/** The container's securityContext, else the pod's. */
function securityArgs(container: Container, spec: PodSpec): string[] {
  const { runAsUser, runAsGroup, ...own } = { ...spec.securityContext, ...container.securityContext };
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  if (own.privileged) throw new Error(`container ${container.name} is privileged`);
  // Kubernetes takes group 0 when only the user is given; podman the image's group of that user.
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

/** Memory without swap, as on a node; the processor by CFS quota. */
function limitArgs({ resources }: Container): string[] {
  const { memory, cpu } = resources?.limits ?? {};
  const bytes = memory === undefined ? undefined : String(numberOf(memory));
  return [
    ...(bytes ? ["--memory", bytes, "--memory-swap", bytes] : []),
    ...(cpu === undefined ? [] : ["--cpus", String(numberOf(cpu))]),
  ];
}

function mountArgs({ name, volumeMounts = [] }: Container, volumes: ContainerPlace["volumes"]): string[] {
  return volumeMounts.flatMap(({ name: volume, mountPath, readOnly = false, subPath }) => {
    const prepared = volumes.get(volume);
    if (!prepared) throw new Error(`container ${name} mounts ${volume}, which the pod does not have`);
    const source = subPath ? `${prepared.folder}/${subPath}` : prepared.folder;
    return ["--volume", `${source}:${mountPath}:${readOnly || prepared.readOnly ? "ro" : "rw"}`];
  });
}
