/** Why containers cannot be run here, as one sentence; undefined when they can. */
export function podmanMissing(): string | undefined;
/** Environment variables for podman and buildah; creates the files that they name. */
export function podmanEnvironment(): Record<string, string>;
