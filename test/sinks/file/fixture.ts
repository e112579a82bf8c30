import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { FileSink } from "../../../src/sinks/file/file-sink.ts";

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "facepipe-file-sink-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A sink in a directory that it had to create. */
export async function openSink(t: TestContext): Promise<FileSink> {
  const sink = new FileSink(join(await temporaryDirectory(t), "made", "when missing"));
  await sink.open();
  return sink;
}
