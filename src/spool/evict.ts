import type { Entry } from "./entry.ts";
import type { EpochState } from "./epoch-state.ts";
import type { SpoolFull } from "./types.ts";

/**
 * Chooses faces of at least `bytes` to drop, or all that there are; of those that are cheap to lose up to `share` bytes,
 * so that the index is read rarely. `entries` are oldest first.
 */
export function chooseVictims(
  entries: Iterable<Entry>,
  policy: Exclude<SpoolFull, "stop">,
  bytes: number,
  share: number,
): Entry[] {
  const victims = new Set<Entry>();
  let chosen = 0;
  const add = (candidates: Iterable<Entry>, upTo: number) => {
    for (const entry of candidates) {
      if (chosen >= upTo) return;
      if (victims.has(entry)) continue;
      victims.add(entry);
      chosen += entry.length;
    }
  };
  if (policy === "redundant") add(redundant(entries), share);
  add(withoutInFlight(entries), policy === "redundant" ? bytes : share);
  add(entries, bytes);
  return [...victims];
}

function* withoutInFlight(entries: Iterable<Entry>): Generator<Entry> {
  for (const entry of entries) if (!entry.inFlight) yield entry;
}

/** All but the best of each visit, oldest visits first, and the poorest of a visit first. */
function* redundant(entries: Iterable<Entry>): Generator<Entry> {
  for (const visit of visits(entries)) {
    if (visit.length < 2) continue;
    const [, ...others] = visit.sort((a, b) => b.quality - a.quality || a.order - b.order);
    yield* withoutInFlight(others.reverse());
  }
}

/** A face without a visit is one of its own. */
function visits(entries: Iterable<Entry>): Iterable<Entry[]> {
  const all: Entry[][] = [];
  const known = new Map<EpochState, Map<string, Entry[]>>();
  for (const entry of entries) {
    if (entry.visit === undefined) continue;
    const ofEpoch = known.get(entry.state) ?? new Map<string, Entry[]>();
    known.set(entry.state, ofEpoch);
    const visit = ofEpoch.get(entry.visit);
    if (visit) visit.push(entry);
    else {
      const started = [entry];
      ofEpoch.set(entry.visit, started);
      all.push(started);
    }
  }
  return all;
}
