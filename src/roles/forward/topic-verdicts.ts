/** Times are milliseconds. */
interface Outcome {
  /** The last outcome. */
  accepted: boolean;
  at: number;
  /** The last acceptance, if any. */
  acceptedAt: number;
  /** Refused for good: set with the first message that was given up. */
  isRefused: boolean;
}

const maxTopics = 10_000;
/** An acceptance counts this long as proof that the target accepts messages. */
const acceptedFor = 60 * 60_000;
const minRefusals = 3;
const minTime = 3000;

/** The refusals of one message so far. */
export interface Refusals {
  readonly count: number;
  /** When the first was. */
  readonly since: number;
}

/**
 * Decides when a refused message is given up. Access rules may refuse one topic forever, and its messages would hold
 * all others; or an operator made a mistake that refuses everything, and then every message must wait. The difference
 * is whether the target accepts other topics, or other messages of the same topic since it refused this one.
 */
export class TopicVerdicts {
  /** Least recently used first. */
  readonly #topics = new Map<string, Outcome>();

  accepted(topic: string, now: number): void {
    this.#record(topic, { accepted: true, at: now, acceptedAt: now, isRefused: false });
  }

  /** Records a refusal; true when the message is to be given up. */
  refused(topic: string, { count, since }: Refusals, now: number): boolean {
    const { acceptedAt = Number.NEGATIVE_INFINITY, isRefused: wasRefused = false } =
      this.#topics.get(topic) ?? {};
    const isSure = count >= minRefusals && now - since >= minTime;
    const isRefused = (wasRefused || isSure) && this.#acceptsOthers(topic, now);
    this.#record(topic, { accepted: false, at: now, acceptedAt, isRefused });
    return isRefused || (isSure && acceptedAt > since);
  }

  #acceptsOthers(topic: string, now: number): boolean {
    for (const [other, { accepted, at }] of this.#topics)
      if (other !== topic && accepted && now - at < acceptedFor) return true;
    return false;
  }

  #record(topic: string, outcome: Outcome): void {
    this.#topics.delete(topic);
    this.#topics.set(topic, outcome);
    if (this.#topics.size <= maxTopics) return;
    for (const [oldest] of this.#topics) {
      this.#topics.delete(oldest);
      return;
    }
  }
}
