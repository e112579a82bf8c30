import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { reducersOf } from "./reducers.ts";

/* Reduces the face in a file, with a module of src/ or dist/, and ends; prints its bytes and the reducers that run then. */
const [module = "", file = "", maxBytes] = process.argv.slice(2);
const { reduceFace } = await import(pathToFileURL(module).href);
const reduced: Buffer | undefined = await reduceFace(readFileSync(file), Number(maxBytes));
process.on("exit", () =>
  console.log(JSON.stringify({ bytes: reduced?.length, reducers: reducersOf(process.pid) })),
);
