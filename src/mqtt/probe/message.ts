/**
 * The message that broker-check sends through a broker. It has the topic of a face, since access rules are made for
 * those topics; this mark identifies it, so that no role receives it.
 */
const mark = Buffer.from("facepipe broker-check ");
/** A longer payload is somebody's data, even if it starts with the mark; bytes. */
const maxLength = 128;

export function probePayload(id: string): Buffer {
  return Buffer.concat([mark, Buffer.from(id)]);
}

export function isProbe(payload: Buffer): boolean {
  return payload.length <= maxLength && payload.subarray(0, mark.length).equals(mark);
}

/** A topic name that `filter` matches: for `faces/#`, `faces/broker-check-ID`. */
export function probeTopic(filter: string, id: string): string {
  const isWildcard = (level: string) => level === "+" || level === "#";
  const levels = filter.split("/").map((level) => (isWildcard(level) ? `broker-check-${id}` : level));
  return levels.join("/");
}
