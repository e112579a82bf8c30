/** Counters and gauges by name with labels, as `facepipe_dropped_total{reason="conflict"}`. */
export type Values = ReadonlyMap<string, number>;

/** Longer than this a process that runs does not need, milliseconds; one that is frozen does not answer. */
const timeout = 1000;

/** Reads the counters and gauges of facepipe at `url`; nothing while they cannot be read. A label `camera` is summed over. */
export async function newestValues(url: string): Promise<Values> {
  const values = new Map<string, number>();
  const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(timeout) }).then(
    (response) => response.text(),
    () => "",
  );
  for (const [, name = "", labels = "", value] of text.matchAll(/^(facepipe_\w+)(\{.*\})? (\S+)$/gm)) {
    const others = labels.replaceAll(/camera="[^"]*",?/g, "").replace("{}", "");
    values.set(name + others, (values.get(name + others) ?? 0) + Number(value));
  }
  return values;
}
