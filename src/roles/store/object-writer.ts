import { describe, isUnreachable, UserError } from "../../base/errors.ts";
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

/** Failures of one object in a row, each followed by the proof that the sink works. */
interface Streak {
  failures: number;
  isOver: boolean;
}

/**
 * An object is given up after this many failures in a row. After each a probe succeeds, or where the service answered
 * with a definite error, another object was written; a probe that fails starts the count again. In an outage probes
 * fail too. A service that fails requests at random with probability p, whatever p is, gives up an object with
 * probability (p (1 - p))^10, at most 4^-10, one in a million.
 */
const maxFailures = { answer: 3, unknown: 10 } as const;
/** A probe that takes longer proves nothing, milliseconds. */
const probeTimeout = 5000;

/** Writes objects, retrying until each is written, and warns once per outage. */
export class ObjectWriter {
  readonly #sink: Sink;
  readonly #isPublic: boolean;
  readonly #context: RoleContext;
  #outage = false;
  /** When an object was written last, as performance.now(). */
  #writtenAt = Number.NEGATIVE_INFINITY;
  #probe: Promise<boolean> | undefined;

  /** `isPublic`: the log shows the URL of each object. */
  constructor(sink: Sink, isPublic: boolean, context: RoleContext) {
    this.#sink = sink;
    this.#isPublic = isPublic;
    this.#context = context;
  }

  /** Opens the sink; retries an unreachable one for `seconds`. */
  async open(seconds: number): Promise<void> {
    const { log, stop } = this.#context;
    const timeout = Math.max(seconds, minOpenTimeout);
    const timedOut = AbortSignal.timeout(timeout * 1000);
    const open = async () => {
      await this.#sink.open(AbortSignal.any([stop, timedOut])).catch((error) => {
        if (!timedOut.aborted || stop.aborted) throw error;
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
    const streak: Streak = { failures: 0, isOver: false };
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
    const startedAt = performance.now();
    try {
      const result = await this.#sink.put(object, this.#context.deadline);
      this.#writtenAt = performance.now();
      return result;
    } catch (error) {
      if (error instanceof SinkError && error.transient) await this.#judge(error.blame, streak, startedAt);
      throw error;
    }
  }

  /** Ends the streak of failures when they are the object's fault. */
  async #judge(blame: Blame, streak: Streak, startedAt: number): Promise<void> {
    if (blame === "none") return;
    const isProven = blame === "answer" && this.#writtenAt > startedAt;
    const works = isProven || (await within(probeTimeout, this.#sinkWorks(), false));
    streak.failures = works ? streak.failures + 1 : 0;
    streak.isOver = streak.failures >= maxFailures[blame];
  }

  /** One probe at a time, for all objects that wait for it. */
  #sinkWorks(): Promise<boolean> {
    this.#probe ??= this.#sink
      .probe()
      .then(() => true)
      .catch(() => false)
      .finally(() => {
        this.#probe = undefined;
      });
    return this.#probe;
  }

  #failed(error: unknown): void {
    const { log } = this.#context;
    if (this.#outage) log.debug(describe(error));
    else log.warn(eventFields("write_retry", error), `${describe(error)}; trying until it can be written`);
    this.#outage = true;
  }

  #done({ key }: StoredObject, result: PutResult): WriteOutcome {
    const { log, metrics } = this.#context;
    if (this.#outage) log.info(eventFields("write_recovered"), `${this.#sink.target} is writable again`);
    this.#outage = false;
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
