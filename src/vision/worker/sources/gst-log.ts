import { closeSync, fstatSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";

/** Errors of the parser of pipelines, and what elements report. */
const categories = "GST_PIPELINE:1,GST_ERROR_SYSTEM:4";
/** The log is emptied when it is longer, bytes. */
const maxSize = 2 ** 20;

/**
 * GStreamer's own log. OpenCV reports that a pipeline failed, but not why, nor whether its end was an error; this log says
 * both. A user who sets GST_DEBUG gets GStreamer's log in ours (at debug level), and less precise errors.
 */
export interface GstLog {
  /** What failed since the last call, the cause first. */
  errors(): string[];
  close(): void;
}

/** To be called before OpenCV uses GStreamer for the first time in this process, which opens the log. */
export function startGstLog(): GstLog {
  const none = { errors: () => [], close: () => undefined };
  if ("GST_DEBUG" in env || "GST_DEBUG_FILE" in env) return none;
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), "facepipe-gst-"));
  } catch {
    // A read-only file system without a temporary folder.
    return none;
  }
  const path = join(folder, "log");
  const file = openSync(path, "w+", 0o600);
  Object.assign(env, { GST_DEBUG: categories, GST_DEBUG_FILE: path, GST_DEBUG_NO_COLOR: "1" });
  let start = 0;
  return {
    errors() {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.max(0, Math.min(size - start, maxSize)));
      readSync(file, bytes, 0, bytes.length, start);
      start = size;
      // GStreamer has opened it by now: the name is needed no more.
      rmSync(folder, { recursive: true, force: true });
      // It goes on at its own offset: the file keeps its length, but not its blocks.
      if (size > maxSize) ftruncateSync(file, 0);
      return errorsIn(bytes.toString());
    },
    close() {
      closeSync(file);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What elements report beside the cause: only that they could not go on. */
const consequence = /^(?:Internal data stream error|GStreamer error: state change failed)/;

/** The reasons in lines of the log, without repetitions. */
export function errorsIn(log: string): string[] {
  const found = log.split("\n").flatMap((line) => {
    const [, parser] = /\sGST_PIPELINE\s+\S+?:\d+:\w+:(?:<[^>]*>)?\s*(.*)/.exec(line) ?? [];
    const [, element] = /\sGST_ERROR_SYSTEM\s.*posted error message:\s*(.*)/.exec(line) ?? [];
    const text = (parser ?? element ?? "").replace(/\0/g, "").trim();
    return text === "" ? [] : [text];
  });
  const unique = [...new Set(found)];
  const causes = unique.filter((text) => !consequence.test(text));
  return causes.length > 0 ? causes : unique;
}
