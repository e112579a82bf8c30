import { doneBefore } from "../../base/abort.ts";
import { describe, hasCode, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import { NumberRanges } from "../../base/number-ranges.ts";
import { keepTrying } from "../../base/retry.ts";
import { type DroppedFaces, encodeEpochRecord, epochTopic } from "../../face/epoch-record.ts";
import { contentTypeOf } from "../../face/message.ts";
import type { Broker } from "../../mqtt/broker.ts";
import type { Qos } from "../../mqtt/message.ts";
import { isAboutMessage, isTransientRefusal } from "../../mqtt/mqtt-errors.ts";
import { Publisher } from "../../mqtt/publisher.ts";
import type { DropReason } from "../../ops/metrics.ts";
import { connectionOf } from "../broker-connection.ts";
import { dropReasonOf } from "../drop-reason.ts";
import type { RoleContext } from "../role.ts";
import { watchProgress } from "../watch-progress.ts";
import { CameraControl, type CameraSwitch } from "./camera-control.ts";
import { CameraEvents } from "./camera-events.ts";
import { type EncodedFace, FaceEncoder } from "./face-encoder.ts";
import type { FaceOutput } from "./face-output.ts";

/** Faces in memory that the broker has not acknowledged; above this detect analyses no more frames. */
const mostUnacknowledged = 500;
/** Publishes in flight. */
const window = 100;
/** Waits before a face is published again that the broker refused, milliseconds. */
const limits = { min: 1000, max: 15_000 };

export interface PublishOptions {
  readonly broker: Broker;
  readonly cameras: readonly string[];
  readonly topicOf: (camera: string) => string;
  readonly qos: Qos;
  readonly onSwitch: CameraSwitch;
  /** `--events` */
  readonly events: boolean;
}

/** Without `--spool`: publishes one message per face, and holds it in memory until the broker acknowledges it. */
export function publishFaces(options: PublishOptions, context: RoleContext): FaceOutput {
  const { broker, cameras, topicOf, qos, onSwitch } = options;
  const { log, metrics, stop, deadline, fail } = context;
  const connection = connectionOf(broker, { role: "detect", peer: "broker" }, context);
  const publisher = connection.add(new Publisher(connection, window));
  const events = options.events ? connection.add(new CameraEvents(connection)) : undefined;
  connection.add(new CameraControl(connection, cameras, onSwitch));
  const progress = watchProgress(context, () => inFlight);
  const encoder = new FaceEncoder(cameras);
  const dropped = new DroppedSeqs();
  /** Topics on which the broker accepted a face; a refusal of all ends detect. */
  const accepted = new Set<string>();
  /** Callbacks that wait for room: at most one for each camera. */
  let waiting: (() => void)[] = [];
  /** Faces that are neither acknowledged nor dropped. */
  let inFlight = 0;
  let published = 0;

  const acceptsOther = (topic: string) => accepted.size > (accepted.has(topic) ? 1 : 0);

  const publish = async ({ camera, epoch, seq, payload }: EncodedFace): Promise<void> => {
    const topic = topicOf(camera);
    inFlight++;
    const message = { topic, payload, qos, properties: { contentType: contentTypeOf(payload) } };
    // Before one of several topics is given up, others have the time to be accepted.
    const isTransient = (error: unknown, attempt: number) =>
      hasCode(error, "BROKER_PUBLISH_REFUSED") &&
      (isTransientRefusal(error) || (cameras.length > 1 && attempt < 4 && !isAboutMessage(error)));
    try {
      await keepTrying(() => publisher.publish(message), { signal: deadline, limits, isTransient });
      accepted.add(topic);
      published++;
      metrics.published.inc({ camera });
    } catch (error) {
      const reason = dropReasonOf(error);
      const isMistake = reason === "denied" && !isAboutMessage(error) && !acceptsOther(topic);
      if (reason === undefined || isMistake) return fail(error as Error);
      metrics.drop(reason);
      dropped.add(epoch, reason, seq);
      log.error(eventFields("message_dropped", error), `${describe(error)}. The face is dropped`);
    } finally {
      inFlight--;
      progress.touch();
      const callbacks = waiting;
      waiting = [];
      for (const callback of callbacks) callback();
    }
  };

  const unacknowledgedAtMost = async (most: number): Promise<void> => {
    while (inFlight > most) await new Promise<void>((resolve) => waiting.push(resolve));
  };

  const publishRecords = async (): Promise<void> => {
    for (const { camera, epoch, last } of encoder.epochs) {
      if (last === 0) continue;
      const endedAt = new Date().toISOString();
      const record = { v: 1, camera, epoch, first: 1, last, dropped: dropped.of(epoch), endedAt } as const;
      const topic = epochTopic(camera);
      await publisher
        .publish({ topic, payload: encodeEpochRecord(record), qos })
        .catch((error) => log.warn(eventFields("epoch_record_failed", error), describe(error)));
    }
  };

  return {
    open: () => connection.start(stop),
    send: async (camera, face) => {
      const encoded = encoder.encode(camera, face);
      events?.publish(encoded.facts);
      void publish(encoded);
      if (inFlight > mostUnacknowledged) await doneBefore(unacknowledgedAtMost(mostUnacknowledged), stop);
    },
    close: async (isComplete) => {
      const delivered = await doneBefore(unacknowledgedAtMost(0), deadline);
      // Before disconnecting, which takes long with a broker that does not answer.
      if (!delivered) {
        const rest = `${inFlight} faces did not reach ${broker.href} within the grace period`;
        fail(new UserError("FACES_NOT_DELIVERED", rest));
      } else if (connection.link) await doneBefore(publishRecords(), deadline);
      const { size } = dropped;
      const message = `${size} faces were dropped: ${broker.href} does not accept them`;
      if (isComplete && size > 0) fail(new UserError("FACES_DROPPED", message, "The log says why"));
      await connection.stop();
      return published;
    },
  };
}

/** Sequence numbers that were dropped, by epoch and reason. */
class DroppedSeqs {
  readonly #epochs = new Map<string, Map<DropReason, NumberRanges>>();
  size = 0;

  add(epoch: string, reason: DropReason, seq: number): void {
    const reasons = this.#epochs.get(epoch) ?? new Map<DropReason, NumberRanges>();
    const ranges = reasons.get(reason) ?? new NumberRanges();
    this.#epochs.set(epoch, reasons.set(reason, ranges));
    if (ranges.add(seq)) this.size++;
  }

  of(epoch: string): DroppedFaces[] {
    const reasons = this.#epochs.get(epoch) ?? new Map<DropReason, NumberRanges>();
    return [...reasons].map(([reason, ranges]) => ({ reason, ranges: ranges.toJSON() }));
  }
}
