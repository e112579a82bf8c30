import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BenchmarkError } from "./benchmark-error.ts";

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const { FACEPIPE_TEST_DATA: folder = shared } = process.env;

/** The path of a file of the shared test data. @throws BenchmarkError when it does not exist. */
export function sharedData(name: string): string {
  const path = findSharedData(name);
  if (path === undefined)
    throw new BenchmarkError(
      `there is no ${folder}/${name}`,
      "Set FACEPIPE_TEST_DATA to the test data's folder",
    );
  return path;
}

/** The path of a file of the shared test data, or undefined when it does not exist. */
export function findSharedData(name: string): string | undefined {
  const path = `${folder}/${name}`;
  return existsSync(path) ? path : undefined;
}
