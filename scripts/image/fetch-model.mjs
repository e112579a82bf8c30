/**
 * For the image: `node fetch-model.mjs FILE URL SHA256`. A network that does not give the model stops nothing, the image is made
 * without it then; a file with other bytes does.
 */
import { createHash } from "node:crypto";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const [file, url, wanted] = process.argv.slice(2);
mkdirSync(dirname(file), { recursive: true });
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== wanted) {
    console.error(`${url} has the SHA-256 ${sha256}, not ${wanted}: not taken`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, bytes);
    // The same layer, whenever it was fetched.
    utimesSync(file, 0, 0);
  }
} catch (error) {
  console.error(
    `THIS IMAGE IS WITHOUT THE FACE MODEL: ${url} cannot be had (${error.cause?.message ?? error.message}).\n` +
      "detect takes the Haar cascade, which misses most faces, unless --model names the file.",
  );
}
