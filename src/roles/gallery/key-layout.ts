import type { FaceFacts } from "../../face/face.ts";
import { faceId } from "../../face/face-id.ts";
import { type KeyTemplate, parseKeyTemplate } from "../../face/object-key.ts";
import { type KeyReader, keyReaderFor } from "../../face/stored-key.ts";

/** How the keys of a store are read, so that a day of a camera is one folder, in the order of time. */
export interface KeyLayout {
  readonly read: KeyReader;
  readonly keyOf: KeyTemplate;
  /** A name that sorts after those of all faces up to this time, and before those of later ones. */
  nameAfter(time: number): string;
}

const folders = "{camera}/{yyyy}/{mm}/{dd}/";
const epoch = "00000000-0000-7000-8000-000000000000";

/** Reads a template; throws an Error when its keys cannot be read day by day. */
export function readKeyLayout(template: string): KeyLayout {
  const read = keyReaderFor(template);
  const keyOf = parseKeyTemplate(template);
  const name = template.slice(folders.length);
  if (
    !template.startsWith(folders) ||
    !/^(\{HH\}\{MM\}\{SS\}|\{id\})[^/]*$/.test(name) ||
    !name.includes("{id}")
  )
    throw new Error(
      `must be ${folders} and a name that begins with {HH}{MM}{SS} or {id}, to be shown by day`,
    );
  const nameOf = parseKeyTemplate(name);
  return { read, keyOf, nameAfter: (time) => nameOf(lastOf(time), "") };
}

/** No id has a character after `~`, and its first 13 are those of the time. */
function lastOf(time: number): FaceFacts {
  const id = `${faceId(time, epoch, 1).slice(0, 13)}~`;
  const capturedAt = new Date(time).toISOString();
  return { v: 1, id, camera: "~", epoch, seq: 1, capturedAt, detector: "~" } as FaceFacts;
}
