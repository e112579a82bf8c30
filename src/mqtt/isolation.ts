/** Times are milliseconds. */
const leastEnds = 3;
/** Ends without a suspect in flight, after which the network is to blame. */
const maxUnexplained = 3;
/** How long the connection must hold without a message, as a multiple of the time in which it ended with it. */
const controlFactor = 20;
/** `held`: the most while other messages pass one by one and the rest waits. */
const controlLimits = { min: 200, held: 2000, max: 10_000 };
/** Probability that chance alone ended the connections; below it the message did. */
const significance = 1e-8;

/** What to do next while messages are isolated; undefined: nothing until something happens. */
export type Step<M> =
  | { readonly do: "publish" | "reject"; readonly message: M }
  /** Publish a message of our own that any broker accepts. */
  | { readonly do: "probe" }
  | { readonly do: "wait"; readonly time: number }
  | undefined;

/** How often the connection ended with this message alone in flight, and how long the message was in flight. */
interface Trials {
  ends: number;
  time: number;
  /** Ends after which the connection worked without the message. */
  controls: number;
  firstEnd: number;
}

/**
 * Finds the message that ends the connection. Some brokers and proxies do not refuse a message, they close the
 * connection; sent first on each new one, the message would end them all and everything behind it would wait forever.
 *
 * Each message is published alone, the suspect first. When the connection ends, the message in flight becomes the
 * focus until it is acknowledged or rejected. After each end the broker must prove that it works without the focus: it
 * answers another PUBLISH, and the connection holds for a while (a control). A PINGRESP proves nothing: a broker whose
 * storage failed may answer pings and close at every PUBLISH. A message of our own (a probe) takes the place of the
 * other where none waits. Where others wait and all of them ended connections, a probe counts only if one of the
 * caller's messages was answered since the focus ended its first: otherwise the broker may take none of them.
 *
 * Real outages also end connections with a message in flight, and must not cost a message. So the decision is a test
 * of significance: if connections end by chance, they do so at the same rate with and without the message, and the
 * number of ends in its time is binomial in the share of that time. A message is rejected when it ended at least three
 * connections, each followed by a control, and chance would do that once in a hundred million times. An uplink that is cut
 * every second never gets there, as its connections also end without the message. One end and one control are enough
 * for a message that the caller expects to be rejected: others like it were. Ends that name another cause (keepalive,
 * no route, shutdown) are not counted; see `connection-end.ts`.
 */
export class Isolation<M> {
  readonly #suspects = new Map<M, Trials>();
  readonly #isExpected: (message: M) => boolean;
  /** All ends, and the time of all connections, since the isolation began. */
  #ends = 0;
  #time = 0;
  #connectedAt: number | undefined;
  #alone: { readonly message: M; readonly since: number } | undefined;
  /** The message that is tried until it is acknowledged or rejected. */
  #focus: M | undefined;
  /** `time`: how long the focus was in flight. */
  #control: { readonly from: number; readonly time: number; answered?: "other" | "probe" } | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** A message was refused, and nothing was answered since. */
  #isDoubtful = false;

  /** `inFlight` when the connection ended, oldest first; `isExpected`: others like this message were rejected. */
  constructor(inFlight: Iterable<M>, isExpected: (message: M) => boolean) {
    for (const message of inFlight) this.#trialsOf(message);
    this.#isExpected = isExpected;
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
    this.#answeredAt = now;
    this.removed(message);
    if (this.#control) this.#control.answered = "other";
    // Mosquitto 2.0.11 with max_queued_messages 0 answers, and ends the connection at the next packet: not its fault.
    this.#isDoubtful = isRefused;
  }

  /** The message was rejected without being sent. */
  removed(message: M): void {
    this.#suspects.delete(message);
    if (message === this.#focus) this.#focus = this.#control = undefined;
  }

  /** The broker answered the probe. */
  probed(): void {
    this.#isDoubtful = false;
    if (this.#control) this.#control.answered ??= "probe";
  }

  /** `isCounted`: the end may be the message's fault. */
  ended(now: number, isCounted: boolean): void {
    this.#time = this.#connectedTime(now);
    this.#connectedAt = undefined;
    const alone = this.#alone;
    this.#alone = undefined;
    this.#isDoubtful = false;
    if (isCounted) this.#ends++;
    if (!alone) {
      // The control failed; to wait for a calm network would hold everything.
      this.#control = undefined;
      return;
    }
    const { message } = alone;
    const time = now - alone.since;
    const trials = this.#trialsOf(message);
    trials.time += time;
    if (isCounted && trials.ends++ === 0) trials.firstEnd = now;
    // To the back: of several, the next time it is another's turn.
    this.#suspects.delete(message);
    this.#suspects.set(message, trials);
    this.#focus ??= message;
    this.#control = { from: this.#time, time: message === this.#focus ? time : (this.#control?.time ?? 0) };
  }

  /** `waiting`: all messages that are not acknowledged, oldest first. Only while nothing is in flight. */
  next(waiting: ReadonlySet<M>, now: number): Step<M> {
    if (this.#isDoubtful) return { do: "probe" };
    this.#focus ??= this.#nextFocus(waiting, now);
    const focus = this.#focus;
    if (focus === undefined) return undefined;
    const control = this.#control;
    if (!control) return { do: "publish", message: focus };
    const most = control.answered === "other" ? controlLimits.held : controlLimits.max;
    const needed = Math.min(most, Math.max(controlLimits.min, control.time * controlFactor));
    const remaining = needed - (this.#connectedTime(now) - control.from);
    if (control.answered && remaining < 1) return this.#afterControl(focus, now);
    // Messages that never ended a connection go on meanwhile.
    const other = firstOf(waiting, (message) => message !== focus && !this.#suspects.get(message)?.ends);
    if (other !== undefined) return { do: "publish", message: other };
    if (control.answered) return { do: "wait", time: remaining };
    const { firstEnd } = this.#trialsOf(focus);
    if (waiting.size === 1 || this.#answeredAt > firstEnd || this.#isExpected(focus)) return { do: "probe" };
    const again = firstOf(this.#suspects.keys(), (message) => message !== focus && waiting.has(message));
    return again === undefined ? { do: "probe" } : { do: "publish", message: again };
  }

  #nextFocus(waiting: ReadonlySet<M>, now: number): M | undefined {
    const waits = (message: M) => waiting.has(message);
    // It has ended a connection, as the other message of a control: a control is all that is missing.
    const ended = (message: M) => (this.#suspects.get(message)?.ends ?? 0) > 0 && this.#isExpected(message);
    const almost = firstOf(this.#suspects.keys(), (message) => waits(message) && ended(message));
    if (almost !== undefined) this.#control = { from: this.#connectedTime(now), time: 0 };
    return almost ?? firstOf(this.#suspects.keys(), waits);
  }

  #afterControl(focus: M, now: number): Step<M> {
    this.#control = undefined;
    const trials = this.#trialsOf(focus);
    trials.controls++;
    if (!this.#isGuilty(focus, trials, now)) return { do: "publish", message: focus };
    this.#ends -= trials.ends;
    this.#time -= trials.time;
    this.removed(focus);
    return { do: "reject", message: focus };
  }

  #isGuilty(message: M, { ends, time, controls }: Trials, now: number): boolean {
    if (ends > 0 && this.#isExpected(message)) return true;
    if (ends < leastEnds || controls < leastEnds) return false;
    return chanceOf(ends, this.#ends, time / this.#connectedTime(now)) < significance;
  }

  #trialsOf(message: M): Trials {
    const trials = this.#suspects.get(message) ?? { ends: 0, time: 0, controls: 0, firstEnd: 0 };
    this.#suspects.set(message, trials);
    return trials;
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
