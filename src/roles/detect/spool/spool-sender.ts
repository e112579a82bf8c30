import { describe } from "../../../base/errors.ts";
import { eventFields } from "../../../base/log-events.ts";
import { NumberRanges } from "../../../base/number-ranges.ts";
import { contentTypeOf } from "../../../face/message.ts";
import type { Receipt } from "../../../face/receipt.ts";
import type { Qos } from "../../../mqtt/message.ts";
import { isAboutMessage, isTransientRefusal } from "../../../mqtt/mqtt-errors.ts";
import type { Publisher } from "../../../mqtt/publisher.ts";
import type { Spool } from "../../../spool/spool.ts";
import type { SpooledFace } from "../../../spool/types.ts";
import { dropReasonOf } from "../../drop-reason.ts";
import type { RoleContext } from "../../role.ts";
import { CameraQueue } from "./camera-queue.ts";
import { Refusals, type RefusalsOptions } from "./refusals.ts";

/** Most faces of this detect that are published and not confirmed, all cameras together. */
const mostUnconfirmed = 500;
/** Most bytes in memory that the broker has not acknowledged. */
const mostBytesInFlight = 8 * 1024 * 1024;
/** How often the sender checks which faces to send again, milliseconds. */
const checkInterval = 200;

export interface SpoolSenderOptions {
  readonly spool: Spool;
  readonly publisher: Publisher;
  readonly isConnected: () => boolean;
  readonly topicOf: (camera: string) => string;
  readonly qos: Qos;
  /** When a face leaves the spool: when a store confirmed it, or when the broker acknowledged it. */
  readonly until: "stored" | "broker";
  /** The epochs of this run. */
  readonly currentEpochs: ReadonlySet<string>;
  readonly reduce: RefusalsOptions["reduce"];
  /** Called with an error that ends the role, when a refusal cannot be waited for. */
  readonly onRefused: (error: Error) => void;
  /** Called when a face was acknowledged, confirmed or dropped. */
  readonly onProgress: () => void;
}

/** Publishes spooled faces, again where it must be, until each is confirmed or dropped by a rule. */
export class SpoolSender {
  readonly #options: SpoolSenderOptions;
  readonly #context: RoleContext;
  readonly #queues = new Map<string, CameraQueue>();
  /** Faces that were sent again, by epoch and sequence number: a receipt may name one that is confirmed already. */
  readonly #sentAgain = new Map<string, SpooledFace>();
  readonly #maxWindow: number;
  #bytesInFlight = 0;
  #round = 0;
  #isSending = false;
  #sendAgain = false;
  #timer: NodeJS.Timeout | undefined;
  #acknowledged = 0;
  #receipts = 0;
  readonly #refusals: Refusals;
  #lostInSpool = 0;
  #refusalLogged = false;

  constructor(cameras: readonly string[], options: SpoolSenderOptions, context: RoleContext) {
    this.#options = options;
    this.#context = context;
    const all = new Set([...cameras, ...options.spool.epochs.map(({ camera }) => camera)]);
    this.#maxWindow = Math.floor(mostUnconfirmed / Math.max(1, all.size));
    for (const camera of all) this.#queues.set(camera, new CameraQueue(camera, this.#maxWindow));
    for (const face of options.spool.oldest) this.#queueOf(face).add(face);
    const { spool, reduce, onProgress } = options;
    this.#refusals = new Refusals(
      {
        spool,
        reduce,
        forget: (face) => this.#queueOf(face).window.forget(face),
        publishAgain: (face) => {
          this.#queueOf(face).add(face);
          this.send();
        },
        onDropped: onProgress,
      },
      context,
    );
  }

  get cameras(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** Faces that the broker has acknowledged, repeats included. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  get receipts(): number {
    return this.#receipts;
  }

  /** Faces that a rule dropped since the start, those that the spool had no room for included. */
  get dropped(): number {
    return this.#lostInSpool + this.#refusals.dropped;
  }

  start(): void {
    this.#timer = setInterval(() => this.send(), checkInterval);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A face is on disk; `payload` saves reading it from there if it can be published at once. */
  add(face: SpooledFace, payload: Buffer): void {
    const queue = this.#queueOf(face);
    if (this.#timer && this.#canPublish && queue.canSendNow(performance.now()))
      this.#publish(queue, face, payload);
    else queue.add(face);
  }

  /** The spool dropped these faces. */
  remove(faces: readonly SpooledFace[]): void {
    for (const face of faces) this.#queueOf(face).window.forget(face);
    this.#lostInSpool += faces.length;
    this.#options.onProgress();
  }

  /** Publishes what may be published now. */
  send(): void {
    if (this.#isSending) {
      this.#sendAgain = true;
      return;
    }
    this.#isSending = true;
    this.#sendAgain = false;
    this.#sendAll()
      .catch((error) => this.#context.fail(error as Error))
      .finally(() => {
        this.#isSending = false;
        if (this.#sendAgain) this.send();
      });
  }

  onReceipt(receipt: Receipt): void {
    const { spool } = this.#options;
    const { camera, epoch, stored, repeated = [], refused = [], ended } = receipt;
    this.#receipts++;
    this.#context.metrics.receipts.inc();
    // Those that were there already are among the stored ones, too.
    for (const seq of this.#known(epoch, repeated)) this.#confirm(epoch, seq, true);
    for (const seq of this.#known(epoch, stored)) this.#confirm(epoch, seq, false);
    for (const { seq, reason } of refused) this.#onRefusal(epoch, seq, reason);
    // A record is published when no face of its epoch is left: an earlier confirmation is a mistake of someone else.
    const isOver = spool.epochs.some((each) => each.epoch === epoch && each.endedAt && each.faces === 0);
    if (ended && isOver) spool.closeEpoch(epoch);
    this.#context.log.trace(`receipt for ${camera}`);
    this.send();
    this.#options.onProgress();
  }

  get #canPublish(): boolean {
    return this.#options.isConnected() && this.#bytesInFlight < mostBytesInFlight;
  }

  async #sendAll(): Promise<void> {
    if (!this.#timer) return;
    const now = () => performance.now();
    const queues = [...this.#queues.values()];
    // Another camera first each time: the bytes in flight may end a round early.
    const start = this.#round++ % Math.max(1, queues.length);
    const inTurn = [...queues.slice(start), ...queues.slice(0, start)];
    const sources = new Map(inTurn.map((queue) => [queue, queue.next(now)]));
    // One face of each camera in turn.
    while (sources.size > 0) {
      for (const [queue, faces] of sources) {
        if (!this.#canPublish || !this.#timer) return;
        const { value: face, done } = faces.next();
        if (done) sources.delete(queue);
        else await this.#readAndPublish(queue, face);
      }
    }
  }

  async #readAndPublish(queue: CameraQueue, face: SpooledFace): Promise<void> {
    const { spool } = this.#options;
    const payload = await spool.read(face);
    if (payload && spool.has(face)) this.#publish(queue, face, payload);
    else queue.window.forget(face);
  }

  #publish(queue: CameraQueue, face: SpooledFace, payload: Buffer): void {
    const { topicOf, publisher, qos } = this.#options;
    const { camera } = face;
    if (face.inFlight) this.#onSentAgain(face);
    queue.window.sent(face, performance.now());
    face.inFlight = true;
    this.#bytesInFlight += payload.length;
    const properties = { contentType: contentTypeOf(payload) };
    publisher
      .publish({ topic: topicOf(camera), payload, qos, properties })
      .then(() => this.#onAcknowledged(queue, face))
      .catch((error) => this.#onPublishFailed(queue, face, error))
      .finally(() => {
        this.#bytesInFlight -= payload.length;
        this.send();
      });
  }

  #onSentAgain({ camera, epoch, seq }: SpooledFace): void {
    this.#context.metrics.resent.inc({ camera });
    const face = this.#options.spool.find(epoch, seq);
    if (face) this.#sentAgain.set(keyOf(epoch, seq), face);
    for (const oldest of this.#sentAgain.keys()) {
      if (this.#sentAgain.size <= mostUnconfirmed) return;
      this.#sentAgain.delete(oldest);
    }
  }

  #onAcknowledged(queue: CameraQueue, face: SpooledFace): void {
    const { metrics } = this.#context;
    this.#acknowledged++;
    metrics.published.inc({ camera: face.camera });
    queue.window.acknowledged(face);
    queue.accepted();
    this.#refusalLogged = false;
    if (this.#options.until === "broker") this.#confirm(face.epoch, face.seq, false);
    this.#options.onProgress();
  }

  #onPublishFailed(queue: CameraQueue, face: SpooledFace, error: Error): void {
    const reason = dropReasonOf(error);
    if (reason === undefined) this.#context.fail(error);
    else if (reason === "denied" && !isAboutMessage(error)) this.#onDenied(queue, face, error);
    else this.#refusals.add(face, reason, describe(error));
  }

  /** An operator may change the access rules. */
  #onDenied(queue: CameraQueue, face: SpooledFace, error: Error): void {
    queue.refused(face, performance.now());
    if (!this.#refusalLogged) {
      const message = `${describe(error)}. The faces of ${face.camera} stay in the spool until it accepts them`;
      this.#context.log.error(eventFields("publish_retry", error), message);
    }
    this.#refusalLogged = true;
    if (!isTransientRefusal(error)) this.#options.onRefused(error);
  }

  #onRefusal(epoch: string, seq: number, reason: string): void {
    const face = this.#options.spool.find(epoch, seq);
    if (!face || !this.#mayBeKnown(face)) return;
    const why = `face ${seq} of ${face.camera}, ${face.bytes} bytes, was refused on its way: ${reason}`;
    this.#refusals.add(face, reason, why);
  }

  /** A face of this run that was not published cannot be known to anyone; a receipt for it is a mistake or an attack. */
  #mayBeKnown({ epoch, inFlight }: SpooledFace): boolean {
    return inFlight || !this.#options.currentEpochs.has(epoch);
  }

  #confirm(epoch: string, seq: number, repeated: boolean): void {
    const { spool } = this.#options;
    const face = spool.find(epoch, seq) ?? this.#sentAgain.get(keyOf(epoch, seq));
    if (!face || !this.#mayBeKnown(face)) return;
    const queue = this.#queueOf(face);
    queue.window.confirmed(face, repeated, performance.now());
    if (!spool.has(face)) return;
    queue.window.forget(face);
    spool.remove(face);
    this.#context.metrics.confirmed.inc({ camera: face.camera });
  }

  /** The numbers in these ranges that the epoch can have; anyone may publish ranges without end. */
  *#known(epoch: string, ranges: Receipt["stored"]): Generator<number> {
    if (ranges.length === 0) return;
    const last = this.#options.spool.epochs.find((each) => each.epoch === epoch)?.last ?? 0;
    for (const [from, to] of new NumberRanges(ranges))
      for (let seq = from; seq <= Math.min(to, last); seq++) yield seq;
  }

  #queueOf({ camera }: Pick<SpooledFace, "camera">): CameraQueue {
    const known = this.#queues.get(camera);
    if (known) return known;
    const queue = new CameraQueue(camera, this.#maxWindow);
    this.#queues.set(camera, queue);
    return queue;
  }
}

function keyOf(epoch: string, seq: number): string {
  return `${epoch}/${seq}`;
}
