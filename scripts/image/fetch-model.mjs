/**
 * For the image: `node fetch-model.mjs FILE URL SHA256`. If the download fails, the image is built without the model; if the
 * hash differs, the build fails.
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
    console.error(`${url} has the SHA-256 ${sha256}, expected ${wanted}`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, bytes);
    // A fixed time, so that the layer is the same whenever the file was downloaded.
    utimesSync(file, 0, 0);
  }
} catch (error) {
  console.error(
    `THIS IMAGE HAS NO FACE MODEL: cannot download ${url} (${error.cause?.message ?? error.message}).\n` +
      "detect will use the Haar cascade, which misses most faces, unless --model names the file.",
  );
}
