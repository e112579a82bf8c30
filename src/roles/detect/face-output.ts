import { v7 as uuidv7 } from "uuid";
import { doneBefore } from "../../base/abort.ts";
import { describe, hasCode, UserError } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import type { FaceFacts } from "../../face/face.ts";
import { contentTypes, encodeFace } from "../../face/message.ts";
import type { Broker } from "../../mqtt/broker.ts";
import type { Qos } from "../../mqtt/message.ts";
import { Publisher } from "../../mqtt/publisher.ts";
import { RoleWaiter } from "../../mqtt/wait-for-role.ts";
import type { CapturedFace } from "../../vision/types.ts";
import { connectionOf } from "../broker-connection.ts";
import type { RoleContext } from "../role.ts";
import { watchProgress } from "../watch-progress.ts";

/** Where detect sends its faces. */
export interface FaceOutput {
  open(): Promise<void>;
  /** Accepts a face; resolves when there is room for the next (back pressure). */
  send(camera: string, face: CapturedFace): Promise<void>;
  /** Resolves when every face is delivered, with their number. */
  close(): Promise<number>;
}

/** `--dry-run`: prints one JSON line per face; there is no broker. */
export function printFaces({ print }: RoleContext): FaceOutput {
  return {
    open: async () => undefined,
    send: async (camera, face) => {
      const { capturedAt, ...facts } = commonFacts(face);
      print(JSON.stringify({ camera, frame: face.frame.index, capturedAt, ...facts, file: face.file }));
    },
    close: async () => 0,
  };
}

/** The facts of a face that both outputs contain, in this order. */
function commonFacts({ capturedAt, box, score, detector, visit, quality, landmarks }: CapturedFace) {
  const time = new Date(capturedAt).toISOString();
  return { capturedAt: time, box, score, detector, visit: String(visit), quality, landmarks };
}

/** Faces in memory that the broker has not acknowledged; above this detect analyses no more frames. */
const mostUnacknowledged = 500;
/** Publishes in flight. */
const window = 100;

export interface PublishOptions {
  readonly broker: Broker;
  readonly topicOf: (camera: string) => string;
  readonly qos: Qos;
  /** The role that must have subscribed before anything is published. */
  readonly after: string | undefined;
}

/** Publishes one message per face, numbered without gaps. */
export function publishFaces(options: PublishOptions, context: RoleContext): FaceOutput {
  const { broker, topicOf, qos, after } = options;
  const { log, metrics, stop, deadline, fail } = context;
  const connection = connectionOf(broker, { role: "detect", peer: "broker" }, context);
  if (after !== undefined) connection.add(new RoleWaiter(connection, after, stop));
  const publisher = connection.add(new Publisher(connection, window));
  const progress = watchProgress(context, () => publisher.inFlight);
  const epoch = uuidv7();
  /** The last sequence number of each camera. */
  const sequence = new Map<string, number>();
  /** Callbacks that wait for room: at most one for each camera. */
  let waiting: (() => void)[] = [];
  let published = 0;

  const encode = (camera: string, face: CapturedFace): Buffer => {
    const seq = (sequence.get(camera) ?? 0) + 1;
    sequence.set(camera, seq);
    const { capturedAt, ...more } = commonFacts(face);
    const id = uuidv7({ msecs: face.capturedAt });
    const facts: FaceFacts = { v: 1, id, camera, epoch, seq, capturedAt, frame: face.frame, ...more };
    return encodeFace(face.picture, face.format, facts);
  };

  const publish = async (camera: string, face: CapturedFace): Promise<void> => {
    const properties = { contentType: contentTypes[face.format] };
    try {
      await publisher.publish({ topic: topicOf(camera), payload: encode(camera, face), qos, properties });
      published++;
      metrics.published.inc();
    } catch (error) {
      if (!hasCode(error, "MESSAGE_TOO_LARGE")) return fail(error as Error);
      metrics.drop("too_large");
      log.error(eventFields("message_dropped", error), `${describe(error)}. The face is dropped`);
    } finally {
      progress.touch();
      const callbacks = waiting;
      waiting = [];
      for (const callback of callbacks) callback();
    }
  };

  const unacknowledgedAtMost = async (most: number): Promise<void> => {
    while (publisher.inFlight > most) await new Promise<void>((resolve) => waiting.push(resolve));
  };

  return {
    open: () => connection.start(stop),
    send: async (camera, face) => {
      void publish(camera, face);
      if (publisher.inFlight > mostUnacknowledged)
        await doneBefore(unacknowledgedAtMost(mostUnacknowledged), stop);
    },
    close: async () => {
      const delivered = await doneBefore(unacknowledgedAtMost(0), deadline);
      // Before disconnecting, which takes long with a broker that does not answer.
      if (!delivered) {
        const message = `${publisher.inFlight} faces did not reach ${broker.href} within the grace period`;
        fail(new UserError("FACES_NOT_DELIVERED", message));
      }
      await connection.stop();
      for (const [camera, count] of sequence)
        log.debug(`${count} faces of ${camera} delivered to ${broker.href}`);
      return published;
    },
  };
}
