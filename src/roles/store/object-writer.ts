import { describe, isUnreachable, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { keepTrying } from "../../base/retry.ts";
import type { StoredObject } from "../../face/stored-objects.ts";
import { type PutResult, type Sink, SinkError } from "../../sinks/sink.ts";
import type { RoleContext } from "../role.ts";
import { minOpenTimeout, openRetryDelays, writeRetryDelays } from "./retry-delays.ts";

/** Writes objects, retrying until each is written, and warns once per outage. */
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
   * Resolves when the object is durable; false when it is dropped by a rule.
   * Rejects when it could not be written before the end of the grace period: then the broker must keep the message.
   */
  async write(object: StoredObject): Promise<boolean> {
    const { log, metrics, deadline } = this.#context;
    try {
      const result = await keepTrying(() => this.#sink.put(object, deadline), {
        signal: deadline,
        limits: writeRetryDelays,
        isTransient: (error) => error instanceof SinkError && error.transient,
        onRetry: (error) => this.#failed(error),
      });
      return this.#done(object, result);
    } catch (error) {
      if (!(error instanceof SinkError)) throw error;
      if (error.transient) {
        const message = `${object.key} was not written in time: ${error.message}`;
        throw new UserError("OBJECT_NOT_WRITTEN", message, "", error);
      }
      // The sink will never accept this object, and retrying it would block all others.
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
    if (this.#outage) log.info(eventFields("write_recovered"), `${this.#sink.target} is writable again`);
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
