import type { KeyToPath, Volume } from "kubernetes-types/core/v1.js";
import type { Objects } from "./objects.ts";

export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** Path to file, for a volume of ConfigMaps and Secrets. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

/** The files of a configMap, secret or projected volume; throws for other types. */
export function filesOf({ name, configMap, secret, projected }: Volume, objects: Objects): VolumeFiles {
  if (configMap) return select({ ...configMap, kind: "ConfigMap", objects });
  if (secret) return select({ ...secret, name: secret.secretName ?? "", kind: "Secret", objects });
  if (!projected) throw new Error(`the runner does not support the type of volume ${name}`);
  const { defaultMode } = projected;
  const shared = { defaultMode, objects };
  const files = (projected.sources ?? []).flatMap((source) => {
    if (source.configMap) return [...select({ ...source.configMap, ...shared, kind: "ConfigMap" })];
    if (source.secret) return [...select({ ...source.secret, ...shared, kind: "Secret" })];
    throw new Error(`the runner supports only ConfigMaps and Secrets in projected volumes (${name})`);
  });
  return new Map(files);
}

interface Selection {
  readonly kind: "ConfigMap" | "Secret";
  readonly objects: Objects;
  readonly name?: string | undefined;
  /** The entries to select, with their paths and optional modes; by default all. */
  readonly items?: KeyToPath[] | undefined;
  readonly defaultMode?: number | undefined;
  readonly optional?: boolean | undefined;
}

function select({ kind, objects, name = "", items, defaultMode = 0o644, optional }: Selection): VolumeFiles {
  const entries = objects.entries(kind, name);
  if (!entries && !optional) throw new Error(`there is no ${kind} ${name} in ${objects.namespace}`);
  const chosen: KeyToPath[] = items ?? [...(entries?.keys() ?? [])].map((key) => ({ key, path: key }));
  return new Map(
    chosen.map(({ key, path, mode = defaultMode }) => {
      const content = entries?.get(key);
      if (!content) throw new Error(`${kind} ${name} has no ${key}`);
      return [path, { content, mode }];
    }),
  );
}
