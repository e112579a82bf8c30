import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { isImage } from "../../src/vision/source-kind.ts";
import { BenchmarkError } from "../support/benchmark-error.ts";
import type { Labels } from "./labels.ts";

/** An image and its labels. */
export interface LabelledImage extends Labels {
  readonly path: string;
}

/**
 * The images that the labels name. A label may name its file from a folder above this one: the longest end of its path
 * that exists here is used.
 * @throws BenchmarkError naming the first that is missing.
 */
export function findImages(folder: string, labels: readonly Labels[]): LabelledImage[] {
  if (!existsSync(folder)) throw new BenchmarkError(`there is no folder ${folder}`);
  return labels.map((each) => {
    const parts = each.file.split("/");
    const ends = parts.map((_part, nth) =>
      resolve(folder, ...parts.slice(nth).filter((part) => part !== "")),
    );
    const path = ends.find((end) => statSync(end, { throwIfNoEntry: false })?.isFile());
    if (path) return { ...each, path };
    throw new BenchmarkError(`the labels name ${each.file}, which is not in ${folder}`);
  });
}

/** The images in the folder and its subfolders that have no labels. */
export function withoutLabels(folder: string, images: readonly LabelledImage[]): string[] {
  const labelled = new Set(images.map(({ path }) => path));
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const paths = names.map((name) => ({ name, path: resolve(folder, name) }));
  return paths.filter(({ path }) => isImage(path) && !labelled.has(path)).map(({ name }) => name);
}

/** A folder with these images and no others, for detect's --camera; the caller deletes it. */
export interface Staged {
  readonly folder: string;
  /** File name in the folder to image. */
  readonly images: ReadonlyMap<string, LabelledImage>;
  remove(): Promise<void>;
}

/** Symbolic links to the images, which may be in several folders, among others, and share a name. */
export async function stage(images: readonly LabelledImage[]): Promise<Staged> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-accuracy-"));
  const names = new Map(images.map((image, nth) => [`${nth}-${basename(image.path)}`, image]));
  for (const [name, { path }] of names) await symlink(path, join(folder, name));
  return { folder, images: names, remove: () => rm(folder, { recursive: true }) };
}
