import { safeName } from "../../face/name.ts";
import { flag, list, option, type Settings } from "../../settings/option.ts";

/** What is erased; an object must match each that is set. */
export const selectionOptions = {
  camera: list("CAMERA", "objects of this camera; repeatable", (text) => safeName(text), {
    fallbackNote: "all",
  }),
  visit: option("VISIT", "faces of the visit with this number; reads the pictures", readVisit),
  id: list("ID", "the object with this id; repeatable", readId, { fallbackNote: "all" }),
  after: option(
    "TIME",
    "captured at or after this time, such as 2026-11-21 or 2026-11-21T14:00:00Z",
    readTime,
  ),
  before: option("TIME", "captured before this time", readTime),
  yes: flag("erase without asking"),
};

export type Selection = Omit<Settings<typeof selectionOptions>, "yes">;

/** What is known of an object; undefined is not known yet. */
export interface Candidate {
  /** In its safe form, see name.ts. */
  readonly camera?: string | undefined;
  readonly id?: string | undefined;
  readonly visit?: string | undefined;
  /** Milliseconds since 1970. */
  readonly time?: number | undefined;
}

export function selectionFaults({ camera, visit, id, after, before }: Partial<Selection>): string[] {
  if (after !== undefined && before !== undefined && after >= before)
    return ["--after must be before --before"];
  const isEmpty =
    !camera?.length && !id?.length && [visit, after, before].every((each) => each === undefined);
  return isEmpty ? ["at least one of --camera, --visit, --id, --after and --before is required"] : [];
}

/** Whether the object is selected; undefined when that depends on something that is not known. */
export function matches(selection: Selection, { camera, id, visit, time }: Candidate): boolean | undefined {
  const answers = [
    selection.camera.length === 0 || (camera === undefined ? undefined : selection.camera.includes(camera)),
    selection.id.length === 0 || (id === undefined ? undefined : selection.id.includes(id.toLowerCase())),
    selection.visit === undefined || (visit === undefined ? undefined : visit === selection.visit),
    selection.after === undefined || (time === undefined ? undefined : time >= selection.after),
    selection.before === undefined || (time === undefined ? undefined : time < selection.before),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function readVisit(text: string): string {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw new Error("must be the number of a visit");
  return text;
}

function readId(text: string): string {
  if (!/^([0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(text))
    throw new Error("must be an id as in a key, a UUID or 32 hexadecimal digits");
  return text.toLowerCase();
}

/** An RFC 3339 date or date-time, UTC unless it names an offset; milliseconds since 1970. */
function readTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/i.exec(
    text,
  );
  const [, date = "", time = "00:00", offset = "Z"] = match ?? [];
  const day = Date.parse(`${date}T00:00Z`);
  const at = Date.parse(`${date}T${time}${offset.toUpperCase()}`);
  // Some days that do not exist are read as days of the next month.
  if (Number.isNaN(at) || new Date(day).toISOString().slice(0, 10) !== date)
    throw new Error("must be a date or a time, such as 2026-11-21 or 2026-11-21T14:00:00Z");
  return at;
}
