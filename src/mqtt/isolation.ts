/** Times are milliseconds. */
const leastEnds = 3;
/** Ends without a suspect in flight, after which the network is to blame. */
const maxUnexplained = 3;
/** How long the connection must hold without a message, as a multiple of the time in which it ended with it. */
const controlFactor = 20;
const controlLimits = { min: 200, max: 10_000 };
/** Probability that chance alone ended the connections; below it the message did. */
const significance = 1e-8;
/** The other side worked when it acknowledged something this long ago. */
const recent = 60_000;

/** What to do next while messages are isolated; undefined: nothing until something happens. */
export type Step<M> =
  | { readonly do: "publish" | "reject"; readonly message: M }
  | { readonly do: "ping" }
  | { readonly do: "wait"; readonly time: number }
  | undefined;

/** How often the connection ended with this message alone in flight, and how long the message was in flight. */
interface Trials {
  ends: number;
  time: number;
  /** Ends after which the connection worked without the message. */
  controls: number;
}

const noTrials: Readonly<Trials> = { ends: 0, time: 0, controls: 0 };

/**
 * Finds the message that ends the connection. Some brokers and proxies do not refuse a message, they close the
 * connection; sent first on each new one, the message would end them all and everything behind it would wait forever.
 *
 * Each message is published alone, the suspect first. When the connection ends, the message in flight is set back, and
 * others prove that the connection works without it: one of them is acknowledged and the connection holds for a while
 * (a control). Where there is no other, a PINGRESP takes the place of the acknowledgement.
 *
 * Real outages also end connections with a message in flight, and must not cost a message. So the decision is a test
 * of significance: if connections end by chance, they do so at the same rate with and without the message, and the
 * number of ends in its time is binomial in the share of that time. A message is rejected when it ended at least three
 * connections, each followed by a control, and chance would do that once in a hundred million times. A broker that
 * closes within 2 ms of the message has ended four connections by then, one that takes 50 ms seven. An uplink that is
 * cut every second never gets there, as its connections also end without the message. Ends that name another cause
 * (keepalive, no route, shutdown) are not counted; see `connection-end.ts`.
 */
export class Isolation<M> {
  readonly #suspects = new Map<M, Trials>();
  /** All ends, and the time of all connections, since the isolation began. */
  #ends = 0;
  #time = 0;
  #connectedAt: number | undefined;
  #alone: { readonly message: M; readonly since: number } | undefined;
  /** The message that is set back until its control is complete. */
  #focus: M | undefined;
  #control: { readonly from: number; readonly needed: number; answered: boolean } | undefined;
  #acceptedAt: number;
  /** A message was refused, and nothing was answered since. */
  #isDoubtful = false;

  /** `inFlight` when the connection ended, oldest first; `acceptedAt`: the last acknowledgement. */
  constructor(inFlight: Iterable<M>, acceptedAt: number) {
    for (const message of inFlight) this.#suspects.set(message, { ...noTrials });
    this.#acceptedAt = acceptedAt;
  }

  /** Every message that was in flight is acknowledged or rejected; or no message is to blame, but the network. */
  get isOver(): boolean {
    if (this.#suspects.size === 0) return true;
    let unexplained = this.#ends;
    for (const { ends } of this.#suspects.values()) unexplained -= ends;
    return unexplained >= maxUnexplained;
  }

  connected(now: number): void {
    this.#connectedAt = now;
  }

  /** Call when the message of a step is sent. */
  published(message: M, now: number): void {
    this.#alone = { message, since: now };
  }

  /** The broker acknowledged the message, or refused it: it does not end the connection. */
  answered(message: M, isRefused: boolean, now: number): void {
    this.#alone = undefined;
    this.#suspects.delete(message);
    this.#acceptedAt = now;
    this.holds();
    // Mosquitto 2.0.11 with max_queued_messages 0 answers, and ends the connection at the next packet: not its fault.
    this.#isDoubtful = isRefused;
  }

  /** The message was rejected without being sent. */
  removed(message: M): void {
    this.#suspects.delete(message);
  }

  /** The broker answered: also a PINGRESP, when a step asked for one. */
  holds(): void {
    this.#isDoubtful = false;
    if (this.#control) this.#control.answered = true;
  }

  /** `isCounted`: the end may be the message's fault. */
  ended(now: number, isCounted: boolean): void {
    this.#time = this.#connectedTime(now);
    this.#connectedAt = undefined;
    const alone = this.#alone;
    this.#alone = undefined;
    this.#isDoubtful = false;
    if (isCounted) this.#ends++;
    if (alone) this.#setBack(alone.message, now - alone.since, isCounted);
    // It failed; to wait for a calm network would hold everything.
    else this.#control = undefined;
  }

  /** `waiting`: all messages that are not acknowledged, oldest first. Only while nothing is in flight. */
  next(waiting: ReadonlySet<M>, now: number): Step<M> {
    if (this.#isDoubtful) return { do: "ping" };
    const control = this.#control;
    const focus = this.#focus;
    if (control === undefined || focus === undefined) {
      const first = firstOf(this.#suspects.keys(), (message) => waiting.has(message));
      return first === undefined ? undefined : { do: "publish", message: first };
    }
    const remaining = control.needed - (this.#connectedTime(now) - control.from);
    if (control.answered && remaining <= 0) return this.#afterControl(focus, waiting, now);
    // Messages that never ended a connection go on meanwhile.
    const other = firstOf(waiting, (message) => !this.#suspects.get(message)?.ends);
    if (other !== undefined) return { do: "publish", message: other };
    return control.answered ? { do: "wait", time: remaining } : { do: "ping" };
  }

  #setBack(message: M, time: number, isCounted: boolean): void {
    const trials = this.#suspects.get(message) ?? { ...noTrials };
    this.#suspects.set(message, trials);
    trials.time += time;
    if (isCounted) trials.ends++;
    this.#focus = message;
    const needed = Math.min(controlLimits.max, Math.max(controlLimits.min, time * controlFactor));
    this.#control = { from: this.#time, needed, answered: false };
  }

  #afterControl(focus: M, waiting: ReadonlySet<M>, now: number): Step<M> {
    this.#control = undefined;
    const trials = this.#suspects.get(focus);
    // A ping alone proves little while others wait and none of them passes: then the broker may refuse us altogether.
    const works = waiting.size === 1 || now - this.#acceptedAt < recent;
    if (trials && works) trials.controls++;
    const guilty = works
      ? firstOf(this.#suspects.keys(), (message) => this.#isGuilty(message, now))
      : undefined;
    if (guilty !== undefined) {
      this.#forget(guilty);
      return { do: "reject", message: guilty };
    }
    // To the back: each gets its turn.
    if (trials && this.#suspects.delete(focus)) this.#suspects.set(focus, trials);
    return this.next(waiting, now);
  }

  #isGuilty(message: M, now: number): boolean {
    const { ends, time, controls } = this.#suspects.get(message) ?? noTrials;
    if (ends < leastEnds || controls < leastEnds) return false;
    let [allEnds, allTime] = [this.#ends, this.#connectedTime(now)];
    // The ends of another message that is as suspicious are its own.
    for (const [other, trials] of this.#suspects) {
      if (other === message || trials.ends < leastEnds) continue;
      allEnds -= trials.ends;
      allTime -= trials.time;
    }
    return chanceOf(ends, allEnds, time / allTime) < significance;
  }

  #forget(message: M): void {
    const { ends, time } = this.#suspects.get(message) ?? noTrials;
    this.#ends -= ends;
    this.#time -= time;
    this.#suspects.delete(message);
  }

  #connectedTime(now: number): number {
    return this.#time + (this.#connectedAt === undefined ? 0 : now - this.#connectedAt);
  }
}

/** The probability that at least `ends` of `allEnds` fall by chance into this share of the time (binomial tail). */
export function chanceOf(ends: number, allEnds: number, share: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let k = 0; k <= allEnds; k++) {
    if (k > 0) logChoose += Math.log((allEnds - k + 1) / k);
    if (k >= ends) sum += Math.exp(logChoose + k * Math.log(share) + (allEnds - k) * Math.log1p(-share));
  }
  return Number.isNaN(sum) ? 1 : sum;
}

function firstOf<M>(all: Iterable<M>, matches: (each: M) => boolean): M | undefined {
  for (const each of all) if (matches(each)) return each;
  return undefined;
}
