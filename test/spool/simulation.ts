import { SelectiveRepeat } from "../../src/spool/selective-repeat.ts";

/** Many sites, one cloud broker that keeps 1000 messages and may be killed, one store; times in seconds. */
export interface Scenario {
  readonly sites?: number;
  /** Faces per second of a site. */
  readonly rate?: number;
  /** Objects that the store writes per second. */
  readonly store?: number;
  /** Mean of an exponentially distributed extra time of each object. */
  readonly slow?: number;
  readonly outage?: number;
  /** How long faces are made after the outage, and how long the simulation goes on. */
  readonly after?: number;
  readonly total?: number;
  readonly brokerKilledEvery?: number;
  /** Part of the receipts that is lost, 0..1. */
  readonly receiptsLost?: number;
  /** Every so manieth face is never stored, and no receipt says so. */
  readonly neverStored?: number;
}

export interface Outcome {
  readonly made: number;
  readonly stored: number;
  readonly sentPerFace: number;
  readonly repeats: number;
  /** Seconds after the outage until nothing waits; undefined: never. */
  readonly drained: number | undefined;
}

interface Face {
  readonly site: Site;
  readonly number: number;
}

class Site {
  readonly window = new SelectiveRepeat<Face>(500);
  readonly queue: Face[] = [];
  made = 0;
  carry = 0;
}

const brokerKeeps = 1000;
const step = 0.02;
const outageStart = 60;

/** The same numbers for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function simulate(scenario: Scenario): Outcome {
  const { sites: count = 10, rate = 30, store = 450, slow = 0, outage = 300, after = 300 } = scenario;
  const { total = 1500, brokerKilledEvery = 0, receiptsLost = 0, neverStored = 0 } = scenario;
  const next = random(1);
  const sites = Array.from({ length: count }, () => new Site());
  const broker: Face[] = [];
  let writing: { readonly at: number; readonly face: Face }[] = [];
  let receipts: { readonly at: number; readonly face: Face; readonly repeated: boolean }[] = [];
  const stored = new Set<Face>();
  const end = outageStart + outage;
  let [sent, repeats, budget] = [0, 0, 0];
  let drained: number | undefined;

  const publish = (face: Face, now: number) => {
    face.site.window.sent(face, now * 1000);
    face.site.window.acknowledged(face);
    sent++;
    const isDiscarded = neverStored > 0 && face.number % neverStored === 0;
    if (!isDiscarded && broker.length < brokerKeeps) broker.push(face);
  };

  for (let now = 0; now < total; now += step) {
    const isUp = now < outageStart || now >= end;
    if (
      brokerKilledEvery > 0 &&
      Math.floor(now / brokerKilledEvery) !== Math.floor((now - step) / brokerKilledEvery)
    ) {
      broker.length = 0;
      writing = [];
    }
    for (const site of sites) {
      for (site.carry += now < end + after ? rate * step : 0; site.carry >= 1; site.carry--)
        site.queue.push({ site, number: ++site.made });
      if (!isUp) continue;
      for (const face of site.window.due(now * 1000)) publish(face, now);
      while (site.window.hasRoom && site.queue.length > 0) publish(site.queue.shift() as Face, now);
    }
    for (budget = Math.min(budget + store * step, 64); budget >= 1 && broker.length > 0; budget--) {
      const extra = slow > 0 ? -Math.log(1 - next()) * slow : 0;
      writing.push({ at: now + 0.05 + extra, face: broker.shift() as Face });
    }
    for (const { face } of writing.filter(({ at }) => at <= now)) {
      const repeated = stored.has(face);
      if (repeated) repeats++;
      stored.add(face);
      if (next() >= receiptsLost) receipts.push({ at: now + 0.2, face, repeated });
    }
    writing = writing.filter(({ at }) => at > now);
    for (const { face, repeated } of receipts.filter(({ at }) => at <= now))
      face.site.window.confirmed(face, repeated, now * 1000);
    receipts = receipts.filter(({ at }) => at > now);
    const waiting = sites.reduce((sum, { queue }) => sum + queue.length, 0);
    if (now > end && drained === undefined && waiting < 2 * count) drained = now - end;
  }
  const made = sites.reduce((sum, site) => sum + site.made, 0);
  return { made, stored: stored.size, sentPerFace: sent / made, repeats, drained };
}
