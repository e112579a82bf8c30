import { doneBefore } from "../../../base/abort.ts";
import { deferred } from "../../../base/deferred.ts";
import { hasCode, UserError } from "../../../base/errors.ts";
import { eventFields } from "../../../base/log-events.ts";
import { sleep, within } from "../../../base/time.ts";
import type { Broker } from "../../../mqtt/broker.ts";
import type { Connection } from "../../../mqtt/connection.ts";
import type { Qos } from "../../../mqtt/message.ts";
import { Publisher } from "../../../mqtt/publisher.ts";
import type { Spool } from "../../../spool/spool.ts";
import type { SpooledFace, SpoolFull } from "../../../spool/types.ts";
import { reduceFace } from "../../../vision/supervisor/reduce-face.ts";
import type { CapturedFace } from "../../../vision/types.ts";
import { connectionOf } from "../../broker-connection.ts";
import type { RoleContext } from "../../role.ts";
import { watchProgress } from "../../watch-progress.ts";
import { CameraControl, type CameraSwitch } from "../camera-control.ts";
import { CameraEvents } from "../camera-events.ts";
import { type EncodedFace, FaceEncoder } from "../face-encoder.ts";
import type { FaceOutput } from "../face-output.ts";
import { EpochRecords } from "./epoch-records.ts";
import { openSpool } from "./open-spool.ts";
import { confirmedTopics, receiptListener } from "./receipt-listener.ts";
import { reportUnconfirmed } from "./report-unconfirmed.ts";
import { SpoolSender } from "./spool-sender.ts";

/** Publishes in flight to the broker. */
const publishWindow = 100;
/** Faces that are being written to the disk; above this the worker waits. */
const mostAppending = 64;
/** How long a finished detect waits for the receipt of its epochs' records, milliseconds; they are in the spool. */
const recordWait = 60_000;
/** How often finished epochs are checked, milliseconds. */
const recordInterval = 1000;
/** How long the start waits for a broker, which may say that a camera is paused, milliseconds. */
const controlWait = 2000;

export interface SpoolFacesOptions {
  readonly broker: Broker;
  readonly cameras: readonly string[];
  readonly topicOf: (camera: string) => string;
  readonly qos: Qos;
  readonly onSwitch: CameraSwitch;
  /** `--events` */
  readonly events: boolean;
  readonly directory: string;
  readonly maxBytes: number;
  readonly full: SpoolFull;
  readonly until: "stored" | "broker";
  /** Ends by itself: then what cannot be delivered is an error, and not something to wait for. */
  readonly ends: boolean;
}

/**
 * With `--spool`: a face is on disk before it is counted, and leaves the disk when it is confirmed. What an earlier run
 * left is sent first. Rejects with a UserError when the spool cannot be used.
 */
export async function spoolFaces(options: SpoolFacesOptions, context: RoleContext): Promise<FaceOutput> {
  let output: SpoolOutput | undefined;
  const spool = await openSpool(options, context, (faces) => output?.onDropped(faces));
  output = new SpoolOutput(spool, options, context);
  return output;
}

class SpoolOutput implements FaceOutput {
  readonly #options: SpoolFacesOptions;
  readonly #context: RoleContext;
  readonly #spool: Spool;
  readonly #encoder: FaceEncoder;
  readonly #connection: Connection;
  readonly #connecting: Promise<void>;
  readonly #sender: SpoolSender;
  readonly #records: EpochRecords;
  readonly #events: CameraEvents | undefined;
  readonly #recordTimer: NodeJS.Timeout;
  readonly #report: { stop(): void };
  /** Appends that are not durable yet. */
  #appending = 0;
  #changed = deferred();

  constructor(spool: Spool, options: SpoolFacesOptions, context: RoleContext) {
    const { broker, cameras, topicOf, qos, onSwitch, directory, until, ends } = options;
    const { metrics, stop, fail } = context;
    this.#options = options;
    this.#context = context;
    this.#spool = spool;
    this.#encoder = new FaceEncoder(cameras);

    const connection = connectionOf(broker, { role: "detect", peer: "broker" }, context);
    const publisher = new Publisher(connection, publishWindow);
    const progress = watchProgress(context, () => publisher.inFlight);
    const isConnected = () => connection.link !== undefined;
    const sending = { spool, publisher, isConnected, topicOf, qos, until };
    const sender = new SpoolSender(
      cameras,
      {
        ...sending,
        currentEpochs: new Set(this.#encoder.epochs.map(({ epoch }) => epoch)),
        reduce: reduceFace,
        onRefused: (error) => {
          if (ends) fail(error);
        },
        onProgress: () => {
          progress.touch();
          this.#onChange();
        },
      },
      context,
    );
    const topics = sender.cameras.flatMap((camera) => confirmedTopics(camera, topicOf(camera)));
    // The listener first: a receipt may follow the first face at once.
    if (until === "stored")
      connection.add(receiptListener(connection, topics, (receipt) => sender.onReceipt(receipt)));
    connection.add(publisher);
    connection.add({
      connected: () => {
        sender.send();
        this.#onChange();
      },
    });
    this.#events = options.events ? connection.add(new CameraEvents(connection)) : undefined;
    connection.add(new CameraControl(connection, cameras, onSwitch));
    this.#connection = connection;
    this.#sender = sender;
    this.#records = new EpochRecords(sending, context);
    for (const camera of cameras)
      for (const counter of [metrics.spooled, metrics.confirmed, metrics.resent]) counter.inc({ camera }, 0);
    metrics.trackSpool(() => ({
      bytes: spool.bytes,
      maxBytes: options.maxBytes,
      faces: facesByCamera(spool, cameras),
    }));

    sender.start();
    this.#recordTimer = setInterval(() => void this.#records.send(), recordInterval);
    const watched = { spool, sender, directory, until, broker: broker.href, topics };
    this.#report = reportUnconfirmed(watched, context);
    this.#connecting = connection.start(stop).catch(fail);
  }

  /** The connection was started already, for the faces of an earlier run. They are safe on disk while there is none. */
  async open(): Promise<void> {
    await within(controlWait, doneBefore(this.#connecting, this.#context.stop), false);
  }

  async send(camera: string, face: CapturedFace): Promise<void> {
    void this.#append(this.#encoder.encode(camera, face));
    if (this.#appending <= mostAppending) return;
    await doneBefore(
      this.#reached(() => this.#appending <= mostAppending),
      this.#context.stop,
    );
  }

  async close(isComplete: boolean): Promise<number> {
    const { stop, deadline, drainOnStop } = this.#context;
    await doneBefore(
      this.#reached(() => this.#appending === 0),
      deadline,
    );
    const endedAt = new Date().toISOString();
    for (const { epoch } of this.#encoder.epochs) this.#spool.endEpoch(epoch, endedAt);
    if (isComplete) await this.#deliverAll(stop);
    else if (drainOnStop) await this.#deliverAll(deadline);
    else await doneBefore(this.#records.send(), deadline);
    clearInterval(this.#recordTimer);
    this.#report.stop();
    this.#sender.stop();
    await this.#connection.stop();
    await this.#spool.close();
    this.#reportEnd(isComplete);
    return this.#sender.acknowledged;
  }

  onDropped(faces: readonly SpooledFace[]): void {
    this.#sender.remove(faces);
  }

  async #append({ payload, facts, ...keys }: EncodedFace): Promise<void> {
    this.#appending++;
    try {
      const face = await this.#spool.append(keys, payload);
      if (!face) return;
      this.#context.metrics.spooled.inc({ camera: keys.camera });
      this.#events?.publish(facts);
      this.#sender.add(face, payload);
    } catch (error) {
      // The spool was closed while it was full: the face was never counted.
      if (hasCode(error, "STOPPED"))
        this.#context.log.warn(eventFields("message_dropped", error), error.sentence);
      else this.#context.fail(error as Error);
    } finally {
      this.#appending--;
      this.#onChange();
    }
  }

  /** Waits until every face is confirmed, then for a while until the epochs' records are. */
  async #deliverAll(signal: AbortSignal): Promise<void> {
    const isEmpty = this.#reached(() => this.#spool.faces === 0);
    if (!(await doneBefore(isEmpty, signal))) return;
    const areClosed = this.#reached(() => this.#spool.epochs.length === 0);
    const isConnected = this.#reached(() => this.#connection.link !== undefined);
    // If the broker was never reached, --connect-timeout ends the run.
    if (!(await doneBefore(Promise.race([isConnected, areClosed]), signal))) return;
    void this.#records.send();
    await Promise.race([areClosed, sleep(recordWait, signal)]);
  }

  #reportEnd(isComplete: boolean): void {
    const { log, fail } = this.#context;
    const { faces } = this.#spool;
    const { directory } = this.#options;
    if (faces > 0) {
      const message = `${faces} unconfirmed faces are in ${directory}; the next start sends them`;
      log.warn(eventFields("spool_kept"), message);
    }
    const records = this.#spool.epochs.length;
    if (isComplete && faces === 0 && records > 0) {
      const message = `the records of ${records} epochs are not confirmed; the next start sends them again`;
      log.warn(eventFields("epoch_record_failed"), message);
    }
    const { dropped } = this.#sender;
    if (isComplete && dropped > 0)
      fail(new UserError("FACES_DROPPED", `${dropped} faces were dropped`, "The log says why"));
  }

  async #reached(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  #onChange(): void {
    this.#changed.resolve();
    this.#changed = deferred();
  }
}

function facesByCamera(spool: Spool, cameras: readonly string[]): Map<string, number> {
  const counts = new Map(cameras.map((camera) => [camera, 0]));
  for (const { camera, faces } of spool.epochs) counts.set(camera, (counts.get(camera) ?? 0) + faces);
  return counts;
}
