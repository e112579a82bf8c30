import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import { gzipSync } from "node:zlib";

export interface StaticFile {
  readonly body: Buffer;
  readonly compressed: Buffer;
  readonly contentType: string;
  /** Changes with the content. */
  readonly tag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Beside the compiled program; or, when it runs from its sources, where `npm run build` writes. */
const folders = ["../../../web/", "../../../../dist/web/"].map((path) => new URL(path, import.meta.url));

/** The files of the page by their path, `/` among them. All are small, and read once. */
export async function readStaticFiles(): Promise<ReadonlyMap<string, StaticFile>> {
  const folder = folders.find((each) => existsSync(new URL("index.html", each)));
  if (!folder) throw new Error("the page is not built: npm run build");
  const files = new Map<string, StaticFile>();
  for (const name of await readdir(folder)) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const body = await readFile(new URL(name, folder));
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const file = { body, compressed: gzipSync(body, { level: 9 }), contentType, tag };
    files.set(name === "index.html" ? "/" : `/${name}`, file);
  }
  return files;
}
