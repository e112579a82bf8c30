import { cameraName } from "../../vision/camera-name.ts";

/** A camera and its name, which no other camera of this role has. */
export interface Camera {
  readonly source: string;
  readonly name: string;
}

interface Sources {
  readonly camera?: readonly string[];
  readonly cameraFile?: readonly string[] | undefined;
}

/** All that the options name: on the command line, then in the file. */
export function sourcesOf({ camera = [], cameraFile = [] }: Sources): readonly string[] {
  return [...camera, ...cameraFile];
}

/** A file may have none yet, if there are others. */
export function sourceFaults({ camera, cameraFile }: Sources): string[] {
  const none = camera?.length === 0 && cameraFile?.length === 0;
  return none ? ["--camera-file names no camera, and there is no --camera"] : [];
}

/** The cameras by their names: those given, in the same order, else made from the sources and told apart by a number. */
export function nameCameras(sources: readonly string[], names: readonly string[]): Camera[] {
  const taken = new Set<string>();
  return sources.map((source, at) => {
    const wanted = names[at] ?? cameraName(source);
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
    taken.add(name);
    return { source, name };
  });
}

/** What is wrong with the names for these sources. */
export function nameFaults(sources: readonly string[], names: readonly string[]): string[] {
  if (names.length > 0 && names.length !== sources.length)
    return [
      `--name must be given as often as --camera, in the same order: ${names.length} for ${sources.length}`,
    ];
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  return [...new Set(twice)].map((name) => `--name ${name}: two cameras cannot have the same name`);
}
