import { ConfirmationTime } from "./confirmation-time.ts";

/** Faces published and unconfirmed at the start; the window grows from there. */
const startWindow = 50;
const minWindow = 10;
/** Faces by which the window grows for each window of confirmed faces: additive increase. */
const increase = 10;

/** Shortest wait before a face that was overtaken is sent again, milliseconds. */
const minGrace = 5000;
const maxGrace = 120_000;
const graceFactor = 1.5;
/** The grace grows at most once per this time, milliseconds, and shrinks once per minute without a needless repeat. */
const minGraceChange = 1000;
const graceDecay = 60_000;

/** Without any confirmation for this long, the oldest face is sent again, milliseconds; doubles up to the maximum. */
const minSilence = 30_000;
const maxSilence = 300_000;

/** A face that was sent this often without a confirmation no longer takes a place in the window. */
const mostAttempts = 4;
/** Wait of such a face before it is sent once more, milliseconds; doubles up to the maximum. */
const minParked = 60_000;
const maxParked = 3_600_000;
const parkedCheckInterval = 1000;

interface Sent {
  /** Rises with each face that is published, also again. */
  position: number;
  sentAt: number;
  attempts: number;
  /** The broker has acknowledged it: until then the publisher itself sends it again. */
  isAcknowledged: boolean;
  /** When a face that was published later was confirmed. */
  overtakenAt: number | undefined;
}

/**
 * Decides which of the published faces of one camera are sent again, and how many may be unconfirmed: selective repeat
 * with a sliding window. It knows no clock: every call has the time, in milliseconds, so that a simulation runs it.
 *
 * - A face is sent again when one published after it was confirmed, and it was not within the wait that follows:
 *   max(grace, srtt + 4 rttvar), where srtt and rttvar are the mean and deviation of the time to confirmation
 *   (RFC 6298, 2.3; from faces that were sent once: Karn's algorithm; and not from those that waited for an outage to
 *   end), but at most two minutes.
 * - The window is halved once per wait when faces are lost, and grows by ten faces for each window of confirmed ones
 *   (additive increase, multiplicative decrease: RFC 5681, 3.1); up to the first loss by one for each (slow start).
 * - A receipt `repeated` for a face that was sent twice proves that sending it again was needless: the window is
 *   restored and the grace grows (as RFC 3522 and RFC 3708 undo), once for all the faces of a lost receipt; it shrinks
 *   again with each minute without a needless repeat.
 * - When nothing is confirmed for 30 s, growing to 5 min, the oldest is sent again: there may be no later face.
 * - A face that is never confirmed, while later ones are, is parked after its fourth attempt: it is tried again
 *   after a minute, growing to an hour, and takes no place in the window. One topic that the access rules silently
 *   forbid would otherwise fill it.
 */
export class SelectiveRepeat<T> {
  readonly #maxWindow: number;
  /** In order of position. */
  readonly #open = new Map<T, Sent>();
  readonly #parked = new Map<T, { readonly attempts: number; retryAt: number }>();
  /** How many of the open faces were sent more than once. */
  #openAgain = 0;
  #parkedCheckAt = 0;
  #position = 0;
  #confirmedTo = 0;
  #window: number;
  /** Below it the window grows by one face for each that is confirmed: slow start. */
  #threshold: number;
  /** The largest window before losses that may yet prove needless. */
  #windowBefore = 0;
  /** Confirmed faces that had been sent again; a second receipt may yet say `repeated`. */
  readonly #sentAgain = new Set<T>();
  #graceChangedAt = 0;
  #lossAt = Number.NEGATIVE_INFINITY;
  #grace = minGrace;
  /** Faces that were sent earlier are not measured. */
  #measureFrom = 0;
  readonly #time = new ConfirmationTime();
  #heardAt = 0;
  #silence = minSilence;

  constructor(maxWindow: number) {
    this.#maxWindow = Math.max(minWindow, maxWindow);
    this.#window = Math.min(startWindow, this.#maxWindow);
    this.#threshold = this.#maxWindow;
  }

  /** Faces that are published and unconfirmed, without the parked ones. */
  get open(): number {
    return this.#open.size;
  }

  get window(): number {
    return Math.floor(this.#window);
  }

  /**
   * Faces that were sent again count for the maximum alone, not for the window, which is about congestion: some may
   * never be confirmed, and a small window would fill with them and never move again.
   */
  get hasRoom(): boolean {
    return this.#open.size < this.#maxWindow && this.#open.size - this.#openAgain < this.window;
  }

  /** A face is published now, for the first time or again. */
  sent(item: T, now: number): void {
    if (this.#open.size === 0) this.#heardAt = now;
    const attempts = (this.#open.get(item)?.attempts ?? this.#parked.get(item)?.attempts ?? 0) + 1;
    this.#parked.delete(item);
    // Deleted first, so that the map stays in order of position.
    this.#close(item);
    if (attempts > 1) this.#openAgain++;
    const position = ++this.#position;
    this.#open.set(item, { position, sentAt: now, attempts, isAcknowledged: false, overtakenAt: undefined });
  }

  isOpen(item: T): boolean {
    return this.#open.has(item);
  }

  /** The broker has acknowledged the face. */
  acknowledged(item: T): void {
    const sent = this.#open.get(item);
    if (sent) sent.isAcknowledged = true;
  }

  /** A receipt came; `repeated`: the face was stored before the message came that the receipt is for. */
  confirmed(item: T, repeated: boolean, now: number): void {
    if (now - this.#heardAt > minGrace) this.#onSilenceOver(now);
    this.#heardAt = now;
    this.#silence = minSilence;
    const sent = this.#open.get(item);
    const wasSentAgain =
      this.#parked.delete(item) || this.#sentAgain.delete(item) || (sent?.attempts ?? 0) > 1;
    if (repeated && wasSentAgain) this.#onNeedlessRepeat(now);
    if (!sent) return;
    this.#close(item);
    if (sent.attempts > 1 && !repeated) this.#remember(item);
    if (sent.attempts === 1 && sent.sentAt >= this.#measureFrom) this.#time.measure(now - sent.sentAt);
    this.#grow();
    if (sent.position <= this.#confirmedTo) return;
    this.#confirmedTo = sent.position;
    for (const each of this.#open.values()) {
      if (each.position > sent.position) break;
      each.overtakenAt ??= now;
    }
  }

  /** The face was dropped by a rule. */
  forget(item: T): void {
    this.#close(item);
    this.#parked.delete(item);
  }

  /** The faces to send again now; call `sent` for each. */
  due(now: number): T[] {
    const due = [...this.#lost(now), ...this.#unparked(now)];
    if (due.length > 0 || this.#open.size === 0 || now - this.#heardAt <= this.#silence) return due;
    this.#heardAt = now;
    this.#silence = Math.min(maxSilence, this.#silence * 2);
    return this.#oldest();
  }

  #oldest(): T[] {
    for (const [item, { isAcknowledged }] of this.#open) if (isAcknowledged) return [item];
    return [];
  }

  /** The way works again: what was sent before says nothing about how long it takes, and what was parked may pass. */
  #onSilenceOver(now: number): void {
    this.#measureFrom = now;
    for (const parked of this.#parked.values()) parked.retryAt = now;
  }

  #lost(now: number): T[] {
    if (now - this.#graceChangedAt > graceDecay) {
      this.#graceChangedAt = now;
      this.#grace = Math.max(minGrace, this.#grace / graceFactor);
    }
    const wait = Math.min(maxGrace, Math.max(this.#grace, this.#time.longest));
    const lost: T[] = [];
    let isNewLoss = false;
    // A part of the window at a time: a burst may be lost for the same reason as the faces before.
    const most = Math.max(1, this.#window / 10);
    for (const [item, { overtakenAt, isAcknowledged, attempts }] of this.#open) {
      if (overtakenAt === undefined || lost.length >= most) break;
      if (!isAcknowledged || now - overtakenAt <= wait) continue;
      if (attempts === 1) isNewLoss = true;
      if (attempts >= mostAttempts) this.#park(item, attempts, now);
      else lost.push(item);
    }
    if (isNewLoss && now - this.#lossAt > wait) {
      this.#lossAt = now;
      this.#windowBefore = Math.max(this.#windowBefore, this.#window);
      this.#window = Math.max(minWindow, this.#window / 2);
      this.#threshold = this.#window;
    }
    return lost;
  }

  #close(item: T): void {
    if ((this.#open.get(item)?.attempts ?? 0) > 1) this.#openAgain--;
    this.#open.delete(item);
  }

  #park(item: T, attempts: number, now: number): void {
    this.#close(item);
    const wait = Math.min(maxParked, minParked * 2 ** (attempts - mostAttempts));
    this.#parked.set(item, { attempts, retryAt: now + wait });
  }

  /** Few at a time: a window full of faces that are never confirmed would never move again. */
  #unparked(now: number): T[] {
    if (this.#parked.size === 0 || now < this.#parkedCheckAt) return [];
    this.#parkedCheckAt = now + parkedCheckInterval;
    const due = [...this.#parked].filter(([, { retryAt }]) => retryAt <= now);
    if (due.length === 0) return [];
    const retried = [...this.#open.values()].filter(({ attempts }) => attempts > mostAttempts).length;
    const room = Math.min(this.window - this.#open.size, Math.max(1, this.window / 10) - retried);
    return due.slice(0, Math.max(0, room)).map(([item]) => item);
  }

  #onNeedlessRepeat(now: number): void {
    this.#window = Math.max(this.#window, this.#windowBefore);
    this.#threshold = Math.max(this.#threshold, this.#window);
    this.#windowBefore = 0;
    // One lost receipt, or one slow moment, makes many needless repeats at once.
    if (now - this.#graceChangedAt < Math.max(minGraceChange, this.#time.mean)) return;
    this.#graceChangedAt = now;
    this.#grace = Math.min(maxGrace, this.#grace * graceFactor);
  }

  #grow(): void {
    const step = this.#window < this.#threshold ? 1 : increase / this.#window;
    this.#window = Math.min(this.#maxWindow, this.#window + step);
  }

  #remember(item: T): void {
    this.#sentAgain.add(item);
    for (const oldest of this.#sentAgain) {
      if (this.#sentAgain.size <= this.#maxWindow) return;
      this.#sentAgain.delete(oldest);
    }
  }
}
