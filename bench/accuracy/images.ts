import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { refused } from "../../src/base/errors.ts";
import { isImageName } from "../../src/vision/source-kind.ts";
import type { Labels } from "./labels.ts";

/** An image and what is marked in it. */
export interface LabelledImage extends Labels {
  readonly path: string;
}

/**
 * The images that the labels speak of. A label's file may be named from a folder above this one: as much of the end of
 * its path as exists here is taken.
 * @throws UserError naming the first that is missing.
 */
export function findImages(folder: string, labels: readonly Labels[]): LabelledImage[] {
  if (!existsSync(folder)) throw refused(`there is no folder ${folder}`);
  return labels.map((each) => {
    const parts = each.file.split("/");
    const ends = parts.map((_part, nth) =>
      resolve(folder, ...parts.slice(nth).filter((part) => part !== "")),
    );
    const path = ends.find((end) => statSync(end, { throwIfNoEntry: false })?.isFile());
    if (path) return { ...each, path };
    throw refused(`the labels name ${each.file}, which is not in ${folder}`);
  });
}

/** The images of the folder, and of those below it, that no label speaks of. */
export function withoutLabels(folder: string, images: readonly LabelledImage[]): string[] {
  const labelled = new Set(images.map(({ path }) => path));
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(isImageName);
  return names.filter((name) => !labelled.has(resolve(folder, name)));
}

/** A folder with these images and no others, as detect takes them; the caller deletes it. */
export interface Staged {
  readonly folder: string;
  /** The image that a file of the folder is. */
  readonly images: ReadonlyMap<string, LabelledImage>;
  remove(): Promise<void>;
}

/** Links to the images: theirs may be in many folders, beside others, and share a name. */
export async function stage(images: readonly LabelledImage[]): Promise<Staged> {
  const folder = await mkdtemp(join(tmpdir(), "facepipe-accuracy-"));
  const names = new Map(images.map((image, nth) => [`${nth}-${basename(image.path)}`, image]));
  for (const [name, { path }] of names) await symlink(path, join(folder, name));
  return { folder, images: names, remove: () => rm(folder, { recursive: true }) };
}
