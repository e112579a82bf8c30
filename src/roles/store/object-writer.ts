import { describe, exitCodes, refused, UserError, unreachable } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import type { StoredObject } from "../../face/stored.ts";
import { type PutResult, type Sink, SinkError } from "../../sinks/sink.ts";
import type { RoleContext } from "../role.ts";

/** Waits between tries to write an object, milliseconds. */
const retryLimits = { min: 100, max: 15_000 };

/** A service that takes the connection may think for so long, seconds, however short the time to reach it is. */
const leastAnswerTime = 5;

/** Writes objects for as long as it takes, and tells of each outage once. */
export class ObjectWriter {
  readonly #sink: Sink;
  readonly #isPublic: boolean;
  readonly #context: RoleContext;
  #outage = false;

  /** `isPublic`: the log shows the URL of each object. */
  constructor(sink: Sink, isPublic: boolean, context: RoleContext) {
    this.#sink = sink;
    this.#isPublic = isPublic;
    this.#context = context;
  }

  /** Opens the sink; one that cannot be reached is tried for so many seconds, as a broker would be. */
  async open(seconds: number): Promise<void> {
    const { log, stop } = this.#context;
    const until = Date.now() + seconds * 1000;
    const answerTime = Math.max(seconds, leastAnswerTime);
    const patience = AbortSignal.timeout(answerTime * 1000);
    const open = async () => {
      await this.#sink.open(AbortSignal.any([stop, patience])).catch((error) => {
        if (!patience.aborted || stop.aborted) throw error;
        throw unreachable(
          `${this.#sink.target} gave no answer within ${answerTime} s`,
          "Check --to and --endpoint",
          error,
        );
      });
    };
    await keepTrying(open, {
      signal: stop,
      limits: { min: 200, max: 2000 },
      isTransient: (error) =>
        error instanceof UserError && error.exitCode === exitCodes.unreachable && Date.now() < until,
      onRetry: (error, attempt) => {
        if (attempt === 1)
          log.warn(eventFields("open_retry", error), `${describe(error)}; trying for ${seconds} s`);
      },
    });
  }

  /**
   * Resolves when the object is durable; false when it is dropped by a rule.
   * Rejects when it could not be written before the time to stop was over: then it is to be kept.
   */
  async write(object: StoredObject): Promise<boolean> {
    const { log, metrics, deadline } = this.#context;
    try {
      const result = await keepTrying(() => this.#sink.put(object, deadline), {
        signal: deadline,
        limits: retryLimits,
        isTransient: (error) => error instanceof SinkError && error.transient,
        onRetry: (error) => this.#failed(error),
      });
      return this.#done(object, result);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.transient)
        throw refused(`${object.key} was not written in time: ${error.message}`, "", error);
      // The service will never take this object; holding the line for it would hold all others.
      metrics.drop("refused");
      log.error(
        eventFields("object_dropped", error),
        `${object.key} cannot be stored and is dropped: ${error.message}`,
      );
      return false;
    }
  }

  #failed(error: unknown): void {
    const { log } = this.#context;
    if (this.#outage) log.debug(describe(error));
    else log.warn(eventFields("write_retry", error), `${describe(error)}; trying until it can be written`);
    this.#outage = true;
  }

  #done({ key }: StoredObject, result: PutResult): boolean {
    const { log, metrics } = this.#context;
    if (this.#outage) log.info(eventFields("write_recovered"), `${this.#sink.target} takes objects again`);
    this.#outage = false;
    // The same bytes may be rejected on another topic; the first topic's note stays.
    if (result === "conflict" && !key.startsWith("rejected/")) {
      metrics.drop("conflict");
      log.error(eventFields("object_dropped"), `${key} exists with other contents and was not replaced`);
      return false;
    }
    if (this.#isPublic) log.info({ ...eventFields("object_written"), result }, this.#sink.locate(key));
    else log.debug({ ...eventFields("object_written"), result }, key);
    return true;
  }
}
