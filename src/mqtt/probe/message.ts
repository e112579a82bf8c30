/**
 * The message that broker-check sends through a broker. It travels where pictures travel, since access rules are made
 * for those topics; so it carries this mark, by which a Subscriber knows it and keeps it from its role.
 */
const mark = Buffer.from("facepipe broker-check ");
/** A longer payload is somebody's data, whatever it starts with; bytes. */
const longest = 128;

export function probePayload(id: string): Buffer {
  return Buffer.concat([mark, Buffer.from(id)]);
}

export function isProbe(payload: Buffer): boolean {
  return payload.length <= longest && payload.subarray(0, mark.length).equals(mark);
}

/** A topic name that `filter` matches: `faces/#` gives `faces/broker-check-ID`. */
export function probeTopic(filter: string, id: string): string {
  const isWildcard = (level: string) => level === "+" || level === "#";
  const levels = filter.split("/").map((level) => (isWildcard(level) ? `broker-check-${id}` : level));
  return levels.join("/");
}
