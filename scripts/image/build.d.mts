/** The name that the manifests in deploy/ have. */
export const image: string;
/** Builds the image on stand-ins for its bases and returns its name. */
export function buildImage(arch?: "amd64" | "arm64", tag?: string): Promise<string>;
