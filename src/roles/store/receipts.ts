import { describe } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { NumberRanges } from "../../base/number-ranges.ts";
import type { EpochRecord } from "../../face/epoch-record.ts";
import type { FaceFacts } from "../../face/face.ts";
import { encodeReceipt, mostRanges, type Refusal, receiptTopic } from "../../face/receipt.ts";
import { BestEffortPublisher } from "../../mqtt/best-effort-publisher.ts";
import type { Connection, ConnectionExtension } from "../../mqtt/connection.ts";
import type { Link } from "../../mqtt/link.ts";
import type { RoleContext } from "../role.ts";
import type { WriteOutcome } from "./object-writer.ts";

/** How long faces are gathered for one receipt, milliseconds. */
const gatherTime = 200;
/** Receipts that wait; with more, the oldest is dropped. */
const mostWaiting = 1000;
/** Receipts in flight. */
const window = 10;
/** A receipt that was lost this often is dropped: it may be what the broker disconnects for. */
const mostLosses = 2;

/** A receipt that is not complete yet. */
interface Draft {
  readonly topic: string;
  readonly camera: string;
  readonly epoch: string;
  readonly stored: NumberRanges;
  readonly repeated: NumberRanges;
  readonly refused: Refusal[];
  ended?: true;
  /** How often it was sent and not acknowledged. */
  losses: number;
}

/**
 * Publishes what became of faces, gathered by topic and epoch. A lost receipt costs one repeat of its faces, so nothing
 * here is durable; while disconnected it keeps gathering.
 *
 * A broker may answer a receipt that it forbids by disconnecting. Receipts that were in flight then are sent again one
 * at a time, and once only, so that they do not stop the storing.
 */
export class Receipts implements ConnectionExtension {
  readonly #publisher: BestEffortPublisher;
  readonly #context: RoleContext;
  /** In the order of their first face. */
  #drafts = new Set<Draft>();
  /** The drafts that accept more faces, by topic and epoch. */
  readonly #open = new Map<string, Draft>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #warned = false;

  constructor(connection: Connection, context: RoleContext) {
    this.#publisher = new BestEffortPublisher(connection, window);
    this.#context = context;
  }

  /** Call it when the face is durable, or is dropped. */
  add(topic: string, { camera, epoch, seq }: FaceFacts, outcome: WriteOutcome): void {
    const draft = this.#draftOf(topic, camera, epoch);
    if (typeof outcome === "object") draft.refused.push({ seq, reason: outcome.refused });
    else draft.stored.add(seq);
    if (outcome === "exists") draft.repeated.add(seq);
    this.#schedule();
  }

  /** Call it when the epoch's record is durable. */
  addEnd(topic: string, { camera, epoch }: EpochRecord): void {
    this.#draftOf(topic, camera, epoch).ended = true;
    this.#schedule();
  }

  connected(link: Link): void {
    this.#publisher.connected(link);
    this.#schedule();
  }

  /** Publishes what is gathered; resolves when that is acknowledged or lost. */
  async flush(): Promise<void> {
    await this.#sending;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = this.#send();
    await this.#sending;
    this.#sending = undefined;
    this.#schedule();
  }

  #draftOf(topic: string, camera: string, epoch: string): Draft {
    const key = `${epoch}\0${camera}\0${topic}`;
    const open = this.#open.get(key);
    if (open && this.#drafts.has(open) && !isFull(open)) return open;
    const [stored, repeated] = [new NumberRanges(), new NumberRanges()];
    const draft: Draft = { topic, camera, epoch, stored, repeated, refused: [], losses: 0 };
    this.#open.set(key, draft);
    this.#wait(draft);
    return draft;
  }

  #wait(draft: Draft): void {
    this.#drafts.add(draft);
    const [oldest] = this.#drafts;
    if (this.#drafts.size > mostWaiting && oldest) this.#drafts.delete(oldest);
    // Also those of drafts that were dropped, of which there may be any number.
    if (this.#open.size > 2 * mostWaiting) this.#open.clear();
  }

  /** One timer for all drafts; none while disconnected, since `connected` schedules again. */
  #schedule(): void {
    if (this.#timer || this.#sending || this.#drafts.size === 0 || this.#publisher.free === 0) return;
    this.#timer = setTimeout(() => void this.flush(), Math.max(gatherTime, this.#publisher.pause));
    // The role waits for the last flush alone.
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    const drafts = [...this.#drafts];
    this.#drafts = new Set();
    this.#open.clear();
    const send = async (draft: Draft): Promise<void> => {
      if (this.#publisher.free === 0 || this.#publisher.pause > 0) this.#wait(draft);
      else await this.#publish(draft);
    };
    // One at a time: only the one that the broker disconnects for is lost again.
    for (const draft of drafts) if (draft.losses > 0) await send(draft);
    const others = drafts.filter(({ losses }) => losses === 0).values();
    const sendNext = async (): Promise<void> => {
      for (const draft of others) await send(draft);
    };
    await Promise.all(Array.from({ length: Math.max(1, this.#publisher.free) }, sendNext));
  }

  async #publish(draft: Draft): Promise<void> {
    const { log, metrics } = this.#context;
    const { topic } = draft;
    try {
      const answer = await this.#publisher.publish({ topic: receiptTopic(topic), payload: encode(draft) });
      if (answer === "acknowledged") metrics.receipts.inc();
      else if (++draft.losses < mostLosses) this.#wait(draft);
      else log.debug(`a receipt for ${topic} is dropped: the broker did not acknowledge it`);
    } catch (error) {
      const message = `receipts are refused, so detect will send stored faces again: ${describe(error)}`;
      log[this.#warned ? "debug" : "warn"](eventFields("broker_feature_missing", error), message);
      this.#warned = true;
    }
  }
}

function encode({ camera, epoch, stored, repeated, refused, ended }: Draft): Buffer {
  return encodeReceipt({
    v: 1,
    camera,
    epoch,
    stored: stored.toJSON(),
    ...(repeated.size > 0 && { repeated: repeated.toJSON() }),
    ...(refused.length > 0 && { refused }),
    ...(ended && { ended }),
  });
}

function isFull({ stored, repeated, refused }: Draft): boolean {
  return Math.max(stored.rangeCount, repeated.rangeCount, refused.length) >= mostRanges;
}
