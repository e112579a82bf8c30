import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { refused } from "../../src/base/errors.ts";

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const { FACEPIPE_TEST_DATA: folder = shared } = process.env;

/** The path of a file of the shared test data. @throws UserError when it is not there. */
export function sharedData(name: string): string {
  const path = findSharedData(name);
  if (path === undefined)
    throw refused(`there is no ${folder}/${name}`, "Set FACEPIPE_TEST_DATA to the test data's folder");
  return path;
}

/** The path of a file of the shared test data, or undefined when it is not there. */
export function findSharedData(name: string): string | undefined {
  const path = `${folder}/${name}`;
  return existsSync(path) ? path : undefined;
}
