import { cameraName } from "../../vision/camera-name.ts";

/** A camera and its unique name. */
export interface Camera {
  readonly source: string;
  readonly name: string;
}

interface Sources {
  readonly camera?: readonly string[];
  readonly cameraFile?: readonly string[] | undefined;
}

/** All sources: those of the command line, then those of the file. */
export function sourcesOf({ camera = [], cameraFile = [] }: Sources): readonly string[] {
  return [...camera, ...cameraFile];
}

/** The file may be empty if there is another source. */
export function sourceFaults({ camera, cameraFile }: Sources): string[] {
  const none = camera?.length === 0 && cameraFile?.length === 0;
  return none ? ["--camera-file names no camera, and there is no --camera"] : [];
}

/** Names the cameras: by `names`, in the same order, else by their sources; a number makes equal names unique. */
export function nameCameras(sources: readonly string[], names: readonly string[]): Camera[] {
  const taken = new Set<string>();
  return sources.map((source, index) => {
    const wanted = names[index] ?? cameraName(source);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return { source, name };
  });
}

/** Returns what is wrong with the names for these sources. */
export function nameFaults(sources: readonly string[], names: readonly string[]): string[] {
  if (names.length > 0 && names.length !== sources.length)
    return [
      `--name must be set as often as --camera, in the same order: ${names.length} for ${sources.length}`,
    ];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `--name ${name}: two cameras cannot have the same name`);
}
