/** The image's name in the manifests of deploy/. */
export const image: string;
/** Builds the image on replacements for its base images and returns its name. */
export function buildImage(arch?: "amd64" | "arm64", tag?: string): Promise<string>;
