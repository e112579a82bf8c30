import { relative, resolve, sep } from "node:path";
import type { Settings } from "../../settings/option.ts";
import { flag, numberBetween, oneOf, option, pick } from "../../settings/option.ts";
import type { ObjectStore } from "../../sinks/object-store.ts";
import { parseTarget, type Target, targetName } from "../../sinks/target.ts";
import { selectionFaults, selectionOptions } from "../erase/selection.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { counted, formatCount, storedObjectsOptions, withStore } from "../stored-objects.ts";
import { exportError, runAgain } from "./errors.ts";
import { exportFaces } from "./export-faces.ts";
import { ExportFolder, type PassedReason, type Progress, passedReasons } from "./export-folder.ts";
import type { ExportedFace } from "./exported-face.ts";
import { exportFormats } from "./layout.ts";
import { ExportPlan } from "./plan.ts";
import { readSplit, Splitter } from "./split.ts";
import { tablesOf } from "./tables/tables.ts";

const options = {
  ...storedObjectsOptions,
  to: option(
    "DIR",
    "directory for the data set, new or empty, or with an interrupted export",
    readDirectory,
    {
      required: true,
    },
  ),
  as: option(
    "FORMAT",
    "folder: a folder for each visit; coco: COCO JSON; csv: one table",
    oneOf(...exportFormats),
    { required: true },
  ),
  ...pick(selectionOptions, "camera", "after", "before"),
  minQuality: option("Q", "minimum quality score of a face, 0 to 1", numberBetween(0, 1), { fallback: "0" }),
  align: flag("turn and scale each face to 112x112 by its landmarks, as detect --align does"),
  split: option("A/B/C", "percentages of train, val and test; a visit is on one side", readSplit),
  splitBy: option("UNIT", "what --split keeps together: visit or day", oneOf("visit", "day"), {
    fallback: "visit",
  }),
};

type ExportSettings = Settings<typeof options>;

/** The role; `export` is a word of the language. */
export const exportRole = defineRole({
  name: "export",
  summary: "Writes stored faces as a data set",
  examples: [
    "facepipe export --from ./faces --to ./data-set --as folder",
    "facepipe export --from s3://my-bucket/site-a --to ./data-set --as coco --min-quality 0.5 --split 80/10/10",
  ],
  options,
  isCheck: true,
  check: ({ from, to, after, before }) => [
    ...(from && to && overlaps(from, to) ? ["--to must be outside the directory of --from"] : []),
    ...(after === undefined || before === undefined ? [] : selectionFaults({ after, before })),
  ],
  async run(settings, context) {
    await withStore(settings, context, (store) => exportFrom(store, settings, context), runAgain);
    return {};
  },
});

async function exportFrom(store: ObjectStore, settings: ExportSettings, context: RoleContext): Promise<void> {
  try {
    const folder = await ExportFolder.open(settings.to, fingerprint(settings));
    try {
      await exportTo(folder, store, settings, context);
    } finally {
      await folder.close();
    }
  } catch (error) {
    throw exportError(error, settings.to);
  }
}

async function exportTo(
  folder: ExportFolder,
  store: ObjectStore,
  settings: ExportSettings,
  context: RoleContext,
): Promise<void> {
  const { as: format, minQuality, align, split = [], splitBy } = settings;
  const selection = { ...settings, visit: undefined, id: [] };
  const started = (await folder.progress()) ?? (await plan(folder, store, settings, context));
  if (started.done) {
    context.print(
      `${settings.to} has this export already: ${summary(started)}; to repeat it, remove the directory`,
    );
    return;
  }
  const splitter = new Splitter(split, splitBy);
  const job = { store, folder, format, selection, minQuality, align, splitter };
  const progress = await exportFaces(job, started, context);
  const sides = split.map(({ name }) => name);
  for (const table of tablesOf(format, sides)) {
    const faces = () => facesOf(folder, table.side);
    await folder.writeText(table.path, table.text(faces));
  }
  await folder.setProgress({ ...progress, done: true });
  await folder.removePlan();
  context.print(`exported ${summary(progress)} to ${settings.to}`);
}

async function plan(
  folder: ExportFolder,
  store: ObjectStore,
  settings: ExportSettings,
  context: RoleContext,
): Promise<Progress> {
  const wanted = new ExportPlan(store, settings.objectKey, { ...settings, visit: undefined, id: [] });
  await folder.createPlan((parts) => wanted.lines(parts, context));
  const { faces, ...passed } = wanted.counts;
  const progress = { next: 0, total: faces, listBytes: 0, exported: 0, passed, done: false };
  await folder.setProgress(progress);
  return progress;
}

async function* facesOf(folder: ExportFolder, side: string | undefined): AsyncGenerator<ExportedFace> {
  for await (const line of folder.list()) {
    const face: ExportedFace = JSON.parse(line);
    if (side === undefined || face.split === side) yield face;
  }
}

/** `1,234 faces; passed over: 12 foreign, 3 below --min-quality` */
function summary({ exported, passed }: Progress): string {
  const notes = (Object.keys(passedReasons) as PassedReason[])
    .filter((reason) => (passed[reason] ?? 0) > 0)
    .map((reason) => `${formatCount(passed[reason] ?? 0)} ${passedReasons[reason]}`);
  return [counted(exported, "face"), ...(notes.length > 0 ? [`passed over: ${notes.join(", ")}`] : [])].join(
    "; ",
  );
}

/** What an export that continues must have in common with the one before. */
function fingerprint(settings: ExportSettings): string {
  const { from, as, camera, after, before, minQuality, align, split, splitBy } = settings;
  return JSON.stringify({
    from: targetName(from),
    as,
    camera,
    after,
    before,
    minQuality,
    align,
    split,
    splitBy,
  });
}

function readDirectory(text: string): string {
  if (text === "") throw new Error("must not be empty");
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text)) return resolve(text);
  const target = parseTarget(text);
  if (target.kind === "s3") throw new Error("must be a directory on this machine");
  return target.directory;
}

/** Pictures that are exported into the store would be a second object of each face. */
function overlaps(from: Target, to: string): boolean {
  if (from.kind !== "file") return false;
  const contains = (outer: string, inner: string) => {
    const path = relative(outer, inner);
    return (
      path === "" ||
      (path !== ".." && !path.startsWith(`..${sep}`) && resolve(outer, path) === resolve(inner))
    );
  };
  return contains(from.directory, to) || contains(to, from.directory);
}
