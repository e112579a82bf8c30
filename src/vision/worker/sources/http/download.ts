import { createWriteStream, mkdtempSync, openSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platform } from "node:process";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../../../base/errors.ts";
import { networkReason } from "../../../../base/system-errors.ts";

export interface TemporaryFile {
  readonly path: string;
  remove(): void;
}

/**
 * Saves an answer's body in a temporary file. On Linux the file has no name any more when this returns, so that it is gone
 * when this process ends, however it ends.
 * @throws UserError when the connection or the disk fails.
 */
export async function download(answer: IncomingMessage, name: string): Promise<TemporaryFile> {
  const folder = mkdtempSync(join(tmpdir(), "facepipe-recording-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, "recording");
  try {
    await pipeline(answer, createWriteStream(path));
    if (platform !== "linux") return { path, remove };
    const file = openSync(path, "r");
    remove();
    return { path: `/proc/self/fd/${file}`, remove: () => undefined };
  } catch (error) {
    remove();
    const message = `${name} could not be saved in ${tmpdir()}: ${networkReason(error)}`;
    throw new UserError("VIDEO_UNREADABLE", message, "Download it and give the file to --camera", error);
  }
}
