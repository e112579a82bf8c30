import { systemCode } from "../base/system-errors.ts";
import type { Entry } from "./entry.ts";
import { readFaceHeader } from "./entry.ts";
import type { ReadAhead } from "./read-ahead.ts";
import { readHead, readPayload, readPrefix } from "./record.ts";
import type { Segment } from "./segment.ts";
import type { SegmentFiles } from "./segment-files.ts";

/**
 * "closed": the file was replaced meanwhile; "later": the system lacks something, such as open files; "unreadable": the
 * disk reports an error, which may be over soon (a bus that is reset) or concern these bytes only.
 */
export type ReadFailure = "damaged" | "closed" | "later" | "unreadable";

const transient = new Set(["EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EINTR", "EACCES", "EPERM"]);

/** The picture of a face, verified. */
export async function readFace(
  files: SegmentFiles,
  entry: Entry,
  segment: Segment,
  readAhead: ReadAhead,
): Promise<Buffer | ReadFailure> {
  const { offset, length } = entry;
  try {
    const file = await files.get(segment);
    const read = async () => pictureIn(await readAhead.read(file, offset, length, segment.size), entry);
    const picture = await read();
    if (picture) return picture;
    // Only the file itself says that a face is damaged.
    readAhead.clear();
    return (await read()) ?? "damaged";
  } catch (error) {
    const code = systemCode(error);
    if (code === "EBADF") return "closed";
    if (transient.has(code)) return "later";
    // After a bus reset or on a network disk, only a file that is opened again can be read.
    files.forget(segment);
    readAhead.clear();
    return "unreadable";
  }
}

function pictureIn(record: Buffer, { epoch, seq, length }: Entry): Buffer | undefined {
  const prefix = readPrefix(record);
  if (prefix?.length !== length || record.length < length) return undefined;
  const head = readHead(record.subarray(0, prefix.headBytes));
  const face = readFaceHeader(head?.header);
  if (face?.epoch !== epoch || face.seq !== seq) return undefined;
  return readPayload(record, prefix.headBytes);
}
