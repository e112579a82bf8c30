import { describe } from "../../../base/errors.ts";
import { eventFields } from "../../../base/log-events.ts";
import { type EpochRecord, encodeEpochRecord, epochTopic } from "../../../face/epoch-record.ts";
import type { Qos } from "../../../mqtt/message.ts";
import type { Publisher } from "../../../mqtt/publisher.ts";
import type { Spool } from "../../../spool/spool.ts";
import type { SpoolEpoch } from "../../../spool/types.ts";
import type { RoleContext } from "../../role.ts";

/** A record without a receipt is published again after this time, which doubles up to the longest, milliseconds. */
const firstWait = 2000;
const longestWait = 300_000;
/** A detect that was started often without its broker has many. */
const mostAtOnce = 20;

export interface EpochRecordOptions {
  readonly spool: Spool;
  readonly publisher: Publisher;
  readonly isConnected: () => boolean;
  readonly qos: Qos;
  readonly until: "stored" | "broker";
}

/**
 * Publishes the record of each epoch that has ended, once all its faces are confirmed or dropped: only then the record
 * is final. It waits in the spool until it is confirmed.
 */
export class EpochRecords {
  readonly #options: EpochRecordOptions;
  readonly #context: RoleContext;
  readonly #sent = new Map<string, { readonly nextAt: number; readonly wait: number }>();

  constructor(options: EpochRecordOptions, context: RoleContext) {
    this.#options = options;
    this.#context = context;
  }

  /** Publishes the records that are due; resolves when the broker has acknowledged them. */
  async send(): Promise<void> {
    if (!this.#options.isConnected()) return;
    const now = performance.now();
    const due = this.#options.spool.epochs.filter(
      ({ endedAt, faces, epoch }) => endedAt && faces === 0 && (this.#sent.get(epoch)?.nextAt ?? 0) <= now,
    );
    await Promise.all(due.slice(0, mostAtOnce).map((epoch) => this.#publish(epoch, now)));
  }

  async #publish(state: SpoolEpoch, now: number): Promise<void> {
    const { publisher, qos, spool, until } = this.#options;
    const { epoch } = state;
    const wait = Math.min(longestWait, (this.#sent.get(epoch)?.wait ?? firstWait / 2) * 2);
    this.#sent.set(epoch, { nextAt: now + wait, wait });
    try {
      const payload = encodeEpochRecord(recordOf(state));
      await publisher.publish({ topic: epochTopic(state.camera), payload, qos });
      if (until === "broker") spool.closeEpoch(epoch);
    } catch (error) {
      const message = `the record of ${state.camera}'s epoch was not accepted: ${describe(error)}`;
      this.#context.log.warn(eventFields("epoch_record_failed", error), message);
    }
  }
}

function recordOf({ camera, epoch, last, dropped, endedAt = "" }: SpoolEpoch): EpochRecord {
  const reasons = [...dropped].map(([reason, ranges]) => ({ reason, ranges: ranges.toJSON() }));
  return { v: 1, camera, epoch, first: 1, last, dropped: reasons, endedAt };
}
