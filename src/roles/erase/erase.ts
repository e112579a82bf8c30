import { badUsage, UserError } from "../../base/errors.ts";
import type { Settings } from "../../settings/option.ts";
import type { ListedObject, ObjectStore } from "../../sinks/object-store.ts";
import { createSink } from "../../sinks/target.ts";
import { defineRole, type RoleContext } from "../role.ts";
import { bucketOptions, counted, readListing, storedObjectsOptions, withStore } from "../stored-objects.ts";
import { canAsk, confirm } from "./confirm.ts";
import { ErasePlan } from "./plan.ts";
import { candidateOf, selectObjects } from "./select-objects.ts";
import { matches, selectionFaults, selectionOptions } from "./selection.ts";
import { writeErasureRecord } from "./write-record.ts";

const options = { ...storedObjectsOptions, ...selectionOptions };

type EraseSettings = Settings<typeof options>;

export const erase = defineRole({
  name: "erase",
  summary: "Removes faces from a store, and records it so that audit reports no loss",
  examples: [
    "facepipe erase --from ./faces --camera entrance --before 2026-11-01",
    "facepipe erase --from s3://my-bucket/site-a --id 01a1fd5d-00ba-76f7-9960-e9786d6fe7e9 --yes",
  ],
  options,
  isCheck: true,
  check: selectionFaults,
  async run(settings, context) {
    if (!settings.yes && !canAsk())
      throw badUsage(["--yes is required where nobody can be asked: standard input is no terminal"]);
    await withStore(settings, context, (store) => eraseFrom(store, settings, context));
    return {};
  },
});

async function eraseFrom(store: ObjectStore, settings: EraseSettings, context: RoleContext): Promise<void> {
  const { print, stop } = context;
  const plan = await planOf(store, settings, context);
  if (plan.objects === 0) return print(`nothing in ${store.target} matches`);
  for (const line of plan.toText()) print(line);
  if (!settings.yes && !(await confirm(`Erase ${counted(plan.objects, "object")}?`, stop)))
    return print("nothing was erased");
  const records = await writeRecords(plan, settings, stop);
  const count = await removeAll(store, plan, settings, context);
  const note = records.length === 0 ? "" : `; recorded in ${records.join(", ")}`;
  print(`erased ${counted(count, "object")} from ${store.target}${note}`);
}

async function planOf(store: ObjectStore, settings: EraseSettings, context: RoleContext): Promise<ErasePlan> {
  const plan = new ErasePlan();
  const readers = { keyReader: settings.objectKey, store, stop: context.stop };
  await readListing(store, true, context, async (page) => {
    for (const each of await selectObjects(page, settings, readers)) plan.add(each);
  });
  return plan;
}

/**
 * Before anything is removed: when this is interrupted, faces that are recorded and still stored count as stored, and the
 * same command erases the rest. Returns the keys of the records.
 */
async function writeRecords(plan: ErasePlan, settings: EraseSettings, stop: AbortSignal): Promise<string[]> {
  const records = plan.records();
  if (records.length === 0) return [];
  const sink = createSink(settings.from, bucketOptions(settings, 1));
  const keys: string[] = [];
  try {
    await sink.open(stop);
    for (const faces of records) keys.push(await writeErasureRecord(sink, { faces }, stop));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const remedy = "Nothing was erased. Allow this user or login to write below --from, and to delete";
    throw new UserError(error.code, `cannot record the erasure: ${error.message}`, remedy, error);
  } finally {
    await sink.close();
  }
  return keys;
}

/** Removes what was planned: not a face that has arrived since, which no record names. Returns how many objects. */
async function removeAll(
  store: ObjectStore,
  plan: ErasePlan,
  settings: EraseSettings,
  context: RoleContext,
): Promise<number> {
  const readers = { keyReader: settings.objectKey, store, stop: context.stop };
  let count = 0;
  await readListing(store, true, context, async (page) => {
    const others: ListedObject[] = [];
    const keys: string[] = [];
    for (const listed of page) {
      const read = settings.objectKey(listed.key);
      if (read.kind !== "face") others.push(listed);
      else if (plan.has(read) && matches(settings, candidateOf(read, listed)) !== false)
        keys.push(listed.key);
    }
    for (const { key } of await selectObjects(others, settings, readers)) keys.push(key);
    if (keys.length > 0) await store.remove(keys, context.stop);
    count += keys.length;
  });
  return count;
}
