import { v7 as uuidv7 } from "uuid";
import { doneBefore } from "../../base/abort.ts";
import { describe, refused } from "../../base/errors.ts";
import { eventFields } from "../../base/log-events.ts";
import type { FaceFacts } from "../../face/face.ts";
import { contentTypes, encodeFace } from "../../face/message.ts";
import type { Broker } from "../../mqtt/broker.ts";
import { PacketTooLarge, Publisher, type Qos } from "../../mqtt/publisher.ts";
import { RoleWaiter } from "../../mqtt/wait-for-role.ts";
import type { CapturedFace } from "../../vision/types.ts";
import { connectionOf } from "../broker-connection.ts";
import type { RoleContext } from "../role.ts";
import { watchProgress } from "../watch-progress.ts";

/** Where detect's faces go. */
export interface FaceOutput {
  open(): Promise<void>;
  /** Takes a face; resolves when there is room for another. */
  send(camera: string, face: CapturedFace): Promise<void>;
  /** Resolves when everything taken is delivered. */
  close(): Promise<void>;
}

/** One JSON line per face, and no broker. */
export function printFaces({ print }: RoleContext): FaceOutput {
  return {
    open: async () => undefined,
    send: async (camera, { frame, file, ...face }) => {
      const { capturedAt, ...facts } = factsOfFace(face);
      print(JSON.stringify({ camera, frame: frame.index, capturedAt, ...facts, file }));
    },
    close: async () => undefined,
  };
}

/** What is told of a face, whichever way it goes. */
function factsOfFace({
  capturedAt,
  box,
  score,
  detector,
  visit,
  quality,
  landmarks,
}: Omit<CapturedFace, "frame">) {
  return {
    capturedAt: new Date(capturedAt).toISOString(),
    ...{ box, score, detector, visit: String(visit), quality },
    ...(landmarks && { landmarks }),
  };
}

/** Faces that may wait for the broker in memory; when they are as many, no more frames are looked at. */
const mostWaiting = 500;
/** Publishes in flight. */
const window = 100;

export interface PublishTo {
  readonly broker: Broker;
  readonly topicOf: (camera: string) => string;
  readonly qos: Qos;
  /** Opening waits until the broker keeps messages for this role. */
  readonly after?: string | undefined;
}

/** One message per face, numbered without gaps. */
export function publishFaces({ broker, topicOf, qos, after }: PublishTo, context: RoleContext): FaceOutput {
  const { log, metrics, stop, deadline, fail } = context;
  const connection = connectionOf(broker, { role: "detect", peer: "broker" }, context);
  if (after !== undefined) connection.add(new RoleWaiter(connection, after, stop));
  const publisher = new Publisher(connection, window);
  const progress = watchProgress(context, () => publisher.inFlight);
  const epoch = uuidv7();
  /** How many each camera has had. */
  const numbers = new Map<string, number>();
  /** Who waits for room: one for each camera, at most. */
  let waiting: (() => void)[] = [];

  const factsOf = (camera: string, { frame, ...face }: CapturedFace): FaceFacts => {
    const seq = (numbers.get(camera) ?? 0) + 1;
    numbers.set(camera, seq);
    const { capturedAt, ...facts } = factsOfFace(face);
    const id = uuidv7({ msecs: face.capturedAt });
    return { v: 1, id, camera, epoch, seq, capturedAt, frame, ...facts };
  };

  const publish = async (camera: string, face: CapturedFace): Promise<void> => {
    const payload = encodeFace(face.picture, face.format, factsOf(camera, face));
    try {
      await publisher.publish({
        topic: topicOf(camera),
        payload,
        qos,
        properties: { contentType: contentTypes[face.format] },
      });
      metrics.published.inc();
    } catch (error) {
      if (!(error instanceof PacketTooLarge)) return fail(error as Error);
      metrics.dropped.inc({ reason: "too_large" });
      log.error(eventFields("message_dropped", error), `${describe(error)}. The face is dropped`);
    } finally {
      progress.touch();
      const wake = waiting;
      waiting = [];
      for (const each of wake) each();
    }
  };

  /** Resolves when at most `most` faces wait for the broker. */
  const until = async (most: number): Promise<void> => {
    while (publisher.inFlight > most) await new Promise<void>((resolve) => waiting.push(resolve));
  };

  return {
    open: () => connection.start(stop),
    send: async (camera, face) => {
      void publish(camera, face);
      if (publisher.inFlight > mostWaiting) await doneBefore(until(mostWaiting), stop);
    },
    close: async () => {
      const done = await doneBefore(until(0), deadline);
      const left = publisher.inFlight;
      // Said before the goodbye, which a broker that hangs draws out.
      if (!done) fail(refused(`${left} faces did not reach ${broker.href} before the time to stop was over`));
      await connection.stop();
      for (const [camera, count] of numbers)
        log.debug(`${count} faces of ${camera} delivered to ${broker.href}`);
    },
  };
}
