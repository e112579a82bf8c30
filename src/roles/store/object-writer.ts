import { describe, hasCode, isUnreachable, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import { within } from "../../base/time.ts";
import type { StoredObject } from "../../face/stored-objects.ts";
import type { DropReason } from "../../ops/metrics.ts";
import { type Blame, type PutResult, type Sink, SinkError } from "../../sinks/sink.ts";
import type { RoleContext } from "../role.ts";
import { minOpenTimeout, openRetryDelays, writeRetryDelays } from "./retry-delays.ts";

/** What became of an object: it is stored, it was there already, or a rule dropped it. */
export type WriteOutcome = "stored" | "exists" | { readonly refused: DropReason };

/** Failures of one object in a row, by blame, each followed by the proof that the sink works. */
interface Streak {
  readonly failures: Map<Blame, number>;
  readonly since: number;
  isOver: boolean;
}

/**
 * An object is given up after this many failures in a row, each followed by a probe of the sink that succeeds; a probe
 * that fails starts the count again. In an outage probes fail too. A service that fails requests at random with
 * probability p, whatever p is, gives up an object with probability (p (1 - p))^n, at most 4^-n: 4^-6 for a service that
 * answers with a definite error, 4^-10 otherwise. A timeout is two requests of 15 s each without an answer, so fewer are
 * enough, and its probe has the size of the object: a slow uplink fails that, too.
 */
const maxFailures = { answer: 6, timeout: 4, unknown: 10 } as const;
/** A gateway that is restarted answers with errors for a while, milliseconds. */
const minTime = 10_000;
/** A probe that takes longer proves nothing, milliseconds. */
const probeTimeout = { small: 5000, large: 15_000 } as const;

/** Writes objects, retrying until each is written, and warns once per outage. */
export class ObjectWriter {
  readonly #sink: Sink;
  readonly #isPublic: boolean;
  readonly #context: RoleContext;
  /** Of the last failure, while the sink fails. */
  #trouble: string | undefined;
  /** Probes that run, by size. */
  readonly #probes = new Map<number, Promise<boolean>>();

  /** `isPublic`: the log shows the URL of each object. */
  constructor(sink: Sink, isPublic: boolean, context: RoleContext) {
    this.#sink = sink;
    this.#isPublic = isPublic;
    this.#context = context;
  }

  /** Why the sink cannot be written; undefined while it can. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Opens the sink; retries an unreachable one for `seconds`. When that is over, the error is the last that the sink has
   * reported, also when a later attempt had no answer.
   */
  async open(seconds: number): Promise<void> {
    const { log, stop } = this.#context;
    const timeout = Math.max(seconds, minOpenTimeout);
    const timedOut = AbortSignal.timeout(timeout * 1000);
    let last: unknown;
    const open = async () => {
      await this.#sink.open(AbortSignal.any([stop, timedOut])).catch((error) => {
        if (!hasCode(error, "STOPPED") || stop.aborted) throw error;
        if (last !== undefined) throw last;
        const message = `${this.#sink.target} did not respond within ${timeout} s`;
        throw new UserError("BUCKET_UNREACHABLE", message, "Check --to and --endpoint", error);
      });
    };
    await keepTrying(open, {
      signal: stop,
      limits: openRetryDelays,
      deadline: Date.now() + seconds * 1000,
      isTransient: isUnreachable,
      onRetry: (error, attempt) => {
        last = error;
        if (attempt === 1)
          log.warn(eventFields("open_retry", error), `${describe(error)}; trying for ${seconds} s`);
      },
    });
  }

  /**
   * Resolves when the object is durable, or is dropped by a rule.
   * Rejects when it could not be written before the end of the grace period: then the broker must keep the message.
   */
  async write(object: StoredObject): Promise<WriteOutcome> {
    const { log, metrics, deadline } = this.#context;
    const streak: Streak = { failures: new Map(), since: performance.now(), isOver: false };
    try {
      const result = await keepTrying(() => this.#put(object, streak), {
        signal: deadline,
        limits: writeRetryDelays,
        isTransient: (error) => error instanceof SinkError && error.transient && !streak.isOver,
        onRetry: (error) => this.#failed(error),
      });
      return this.#done(object, result);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.transient && !streak.isOver) {
        const message = `${object.key} was not written in time: ${error.message}`;
        throw new UserError("OBJECT_NOT_WRITTEN", message, "", error);
      }
      // The sink will never accept this object, and retrying it would block all others.
      metrics.drop("refused");
      log.error(
        eventFields("object_dropped", error),
        `${object.key} (${object.body.length} bytes) cannot be stored and is dropped: ${error.message}`,
      );
      return { refused: "refused" };
    }
  }

  async #put(object: StoredObject, streak: Streak): Promise<PutResult> {
    try {
      return await this.#sink.put(object, this.#context.deadline);
    } catch (error) {
      if (error instanceof SinkError && error.transient) await this.#judge(error.blame, object, streak);
      throw error;
    }
  }

  /** Ends the streak of failures when they are the object's fault. */
  async #judge(blame: Blame, { body }: StoredObject, streak: Streak): Promise<void> {
    if (blame === "none") return;
    const isSlow = blame === "timeout";
    const works = this.#sinkWorks(isSlow ? body.length : 1);
    if (!(await within(isSlow ? probeTimeout.large : probeTimeout.small, works, false))) {
      streak.failures.clear();
      return;
    }
    const failures = (streak.failures.get(blame) ?? 0) + 1;
    streak.failures.set(blame, failures);
    streak.isOver = failures >= maxFailures[blame] && performance.now() - streak.since >= minTime;
  }

  /** One probe of a size at a time, for all objects that wait for it. */
  #sinkWorks(bytes: number): Promise<boolean> {
    const running = this.#probes.get(bytes);
    if (running) return running;
    const probe = this.#sink
      .probe(bytes)
      .then(() => true)
      .catch(() => false)
      .finally(() => this.#probes.delete(bytes));
    this.#probes.set(bytes, probe);
    return probe;
  }

  #failed(error: unknown): void {
    const { log } = this.#context;
    if (this.#trouble !== undefined) log.debug(describe(error));
    else log.warn(eventFields("write_retry", error), `${describe(error)}; trying until it can be written`);
    this.#trouble = describe(error);
  }

  #done({ key }: StoredObject, result: PutResult): WriteOutcome {
    const { log, metrics } = this.#context;
    if (this.#trouble !== undefined)
      log.info(eventFields("write_recovered"), `${this.#sink.target} is writable again`);
    this.#trouble = undefined;
    // The same bytes may be rejected on another topic; the first topic's note stays.
    if (result === "conflict" && !key.startsWith("rejected/")) {
      metrics.drop("conflict");
      log.error(eventFields("object_dropped"), `${key} exists with other contents and was not replaced`);
      return { refused: "conflict" };
    }
    if (this.#isPublic) log.info({ ...eventFields("object_written"), result }, this.#sink.locate(key));
    else log.debug({ ...eventFields("object_written"), result }, key);
    return result === "stored" ? "stored" : "exists";
  }
}
