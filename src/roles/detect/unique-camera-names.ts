import { cameraName } from "../../vision/camera-name.ts";

/** A camera with its unique name and its settings. */
export interface Camera<S = unknown> {
  readonly source: string;
  readonly name: string;
  readonly settings: S;
}

/** As the command line or an entry of the configuration file sets them: one source, and one name or none. */
interface Named {
  readonly camera: readonly string[];
  readonly name: readonly string[];
}

/** Names the cameras: as it is set, else by their sources; a number makes equal names unique. */
export function nameCameras<S extends Named>(cameras: readonly S[]): Camera<S>[] {
  const taken = new Set(cameras.flatMap(({ name }) => name));
  return cameras.map((settings) => {
    const [source = ""] = settings.camera;
    const [set] = settings.name;
    return { source, name: set ?? uniqueName(cameraName(source), taken), settings };
  });
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  taken.add(name);
  return name;
}

/** Returns what is wrong with the names of `--name` for this number of cameras. */
export function nameFaults(count: number, names: readonly string[]): string[] {
  if (names.length > 0 && names.length !== count)
    return [`--name must be set as often as --camera, in the same order: ${names.length} for ${count}`];
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `--name ${name}: two cameras cannot have the same name`);
}
