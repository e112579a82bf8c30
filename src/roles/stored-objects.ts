import { UserError } from "../base/errors.ts";
import { keyReaderFor } from "../face/stored-key.ts";
import { processEnvironment } from "../settings/environment.ts";
import type { Settings } from "../settings/option.ts";
import { option } from "../settings/option.ts";
import type { ListedObject, ObjectStore } from "../sinks/object-store.ts";
import type { S3Options } from "../sinks/s3/s3-sink.ts";
import { createObjectStore, parseTarget } from "../sinks/target.ts";
import type { RoleContext } from "./role.ts";
import { defaultKey, objectOptions } from "./store/options.ts";

const { endpoint, pathStyle } = objectOptions;

/** The options of a role that reads what store has written. */
export const storedObjectsOptions = {
  from: option("STORE", "the store to read: s3://BUCKET/PREFIX or file:///DIR", parseTarget, {
    required: true,
  }),
  objectKey: option("TEMPLATE", "template of object keys, if store has another", keyReaderFor, {
    fallback: defaultKey,
  }),
  endpoint,
  pathStyle,
};

/** Requests at once. */
export const storeConcurrency = 16;

/** How a bucket is reached, with this many requests at once. */
export function bucketOptions(
  { endpoint, pathStyle }: Pick<S3Options, "endpoint" | "pathStyle">,
  concurrency: number,
): S3Options {
  const environment = processEnvironment();
  return { endpoint, pathStyle, createBucket: false, public: false, concurrency, environment };
}

/** Opens the store, passes it to `work` and closes it. Rejects with a UserError when the role is stopped before the end. */
export async function withStore(
  settings: Settings<typeof storedObjectsOptions>,
  { stop }: RoleContext,
  work: (store: ObjectStore) => Promise<void>,
  remedyIfStopped = "",
): Promise<void> {
  const store = createObjectStore(settings.from, bucketOptions(settings, storeConcurrency));
  try {
    await store.open(stop);
    await work(store);
  } catch (error) {
    if (stop.aborted)
      throw new UserError(
        "STOPPED",
        `stopped before all of ${store.target} was read`,
        remedyIfStopped,
        error,
      );
    throw error;
  } finally {
    store.close();
  }
}

/** Reads the whole listing; a terminal shows how many keys were read. */
export async function readListing(
  store: ObjectStore,
  details: boolean,
  { terminal, stop }: RoleContext,
  onPage: (page: readonly ListedObject[]) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  let count = 0;
  const show = () => {
    const rate = (count / Math.max(1, performance.now() - started)) * 1000;
    terminal.updateBar(0, { count: formatCount(count), rate: formatCount(Math.round(rate)) });
  };
  // How many keys there are is known at the end alone.
  await terminal.startBar(0, "{count} keys read  {rate} keys/s");
  try {
    show();
    for await (const page of store.pages(details, stop)) {
      await onPage(page);
      count += page.length;
      show();
    }
  } finally {
    terminal.stopBar();
  }
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 face`, `12,345 faces` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
