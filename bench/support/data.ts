import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shared = fileURLToPath(new URL("../../../shared/data", import.meta.url));
const { FACEPIPE_TEST_DATA: folder = shared } = process.env;

/** The path of a file of the shared test data. Throws when it is not there. */
export function sharedData(name: string): string {
  const path = `${folder}/${name}`;
  if (!existsSync(path))
    throw new Error(`there is no ${path}; set FACEPIPE_TEST_DATA to the test data's folder`);
  return path;
}
