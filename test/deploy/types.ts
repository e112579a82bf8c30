import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { KubernetesObject } from "./render.ts";

/** The part of KEDA's ScaledObject that is used here: keda.sh/docs, "ScaledObject specification". */
const scaledObject = `interface ScaledObject {
  apiVersion: "keda.sh/v1alpha1";
  kind: "ScaledObject";
  metadata: import("kubernetes-types/meta/v1.js").ObjectMeta;
  spec: {
    scaleTargetRef: { apiVersion?: string; kind?: string; name: string };
    minReplicaCount?: number;
    maxReplicaCount?: number;
    pollingInterval?: number;
    cooldownPeriod?: number;
    advanced?: { horizontalPodAutoscalerConfig?: {
      behavior?: import("kubernetes-types/autoscaling/v2.js").HorizontalPodAutoscalerBehavior;
    } };
    triggers: ({
      type: "metrics-api";
      metadata: Record<"url" | "format" | "valueLocation" | "targetValue" | "activationTargetValue", string>;
    } | {
      type: "cron";
      metadata: Record<"timezone" | "start" | "end" | "desiredReplicas", string>;
    })[];
  };
}`;

/** `apps/v1` Deployment is declared in kubernetes-types/apps/v1, `v1` Secret in core/v1. */
function typeOf({ apiVersion, kind }: KubernetesObject): string {
  if (kind === "ScaledObject") return kind;
  const [group = "", version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  return `Required<Pick<K8s.${kind}, "apiVersion" | "kind" | "metadata">> & K8s.${kind}`.replaceAll(
    "K8s",
    `import("kubernetes-types/${group.split(".")[0]}/${version}.js")`,
  );
}

/**
 * The TypeScript compiler's errors for the objects, each checked against the type of its apiVersion and kind; "" for
 * none. An unknown field is an error, as in `kubectl apply --validate=strict`.
 */
export async function typeFaults(folder: string, objects: readonly KubernetesObject[]): Promise<string> {
  const constants = objects.map(
    (each, index) => `export const _${index}: ${typeOf(each)} = ${JSON.stringify(each, null, 2)};`,
  );
  await writeFile(join(folder, "objects.ts"), [scaledObject, ...constants].join("\n"));
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    skipLibCheck: true,
    types: [],
    paths: { "kubernetes-types/*": [resolve("node_modules/kubernetes-types/*")] },
  };
  const config = join(folder, "tsconfig.json");
  await writeFile(config, JSON.stringify({ compilerOptions, files: ["objects.ts"] }));
  const tsc = resolve("node_modules/typescript/bin/tsc");
  return promisify(execFile)(process.execPath, [tsc, "-p", config]).then(
    () => "",
    (error: { stdout: string }) => error.stdout,
  );
}
