import { v7 as uuidv7 } from "uuid";
import { describe, refused } from "../base/errors.ts";
import { doneBefore } from "../base/signals.ts";
import type { FaceFacts } from "../face/face.ts";
import { contentTypes, encodeFace } from "../face/message.ts";
import type { Broker } from "../mqtt/broker.ts";
import { PacketTooLarge, Publisher, type Qos } from "../mqtt/publisher.ts";
import type { SeenFace } from "../vision/types.ts";
import { connectionOf } from "./broker-settings.ts";
import type { RoleContext } from "./role.ts";
import { watchProgress } from "./watch-progress.ts";

/** Where detect's faces go. */
export interface Outlet {
  open(): Promise<void>;
  /** Takes a face; resolves when there is room for another. */
  send(face: SeenFace): Promise<void>;
  /** Resolves when everything taken is delivered. */
  close(): Promise<void>;
}

/** One JSON line per face, and no broker. */
export function printFaces(camera: string, { print }: RoleContext): Outlet {
  return {
    open: async () => undefined,
    send: async ({ frame, capturedAt, box, score, detector, file }) => {
      const at = new Date(capturedAt).toISOString();
      print(JSON.stringify({ camera, frame: frame.index, capturedAt: at, box, score, detector, file }));
    },
    close: async () => undefined,
  };
}

/** Faces that may wait for the broker in memory; when they are as many, no more frames are looked at. */
const mostWaiting = 500;
/** Publishes in flight. */
const window = 100;

export interface PublishTo {
  readonly camera: string;
  readonly broker: Broker;
  readonly topic: string;
  readonly qos: Qos;
}

/** One message per face, numbered without gaps. */
export function publishFaces({ camera, broker, topic, qos }: PublishTo, context: RoleContext): Outlet {
  const { log, metrics, stop, deadline, fail } = context;
  const connection = connectionOf(broker, { role: "detect", peer: "broker" }, context);
  const publisher = new Publisher(connection, window);
  const progress = watchProgress(context, () => publisher.inFlight);
  const epoch = uuidv7();
  let seq = 0;
  let delivered: () => void = () => undefined;

  const factsOf = ({ capturedAt, frame, box, score, detector }: SeenFace): FaceFacts => ({
    v: 1,
    id: uuidv7({ msecs: capturedAt }),
    camera,
    epoch,
    seq: ++seq,
    capturedAt: new Date(capturedAt).toISOString(),
    frame,
    box,
    score,
    detector,
  });

  const publish = async (face: SeenFace): Promise<void> => {
    const payload = encodeFace(face.picture, face.format, factsOf(face));
    try {
      await publisher.publish({
        topic,
        payload,
        qos,
        properties: { contentType: contentTypes[face.format] },
      });
      metrics.published.inc();
    } catch (error) {
      if (!(error instanceof PacketTooLarge)) return fail(error as Error);
      metrics.dropped.inc({ reason: "too_large" });
      log.error(`${describe(error)}. The face is dropped`);
    } finally {
      progress.touch();
      delivered();
    }
  };

  /** Resolves when at most `most` faces wait for the broker. */
  const until = async (most: number): Promise<void> => {
    while (publisher.inFlight > most) await new Promise<void>((resolve) => (delivered = resolve));
  };

  return {
    open: () => connection.start(stop),
    send: async (face) => {
      void publish(face);
      if (publisher.inFlight > mostWaiting) await doneBefore(until(mostWaiting), stop);
    },
    close: async () => {
      const done = await doneBefore(until(0), deadline);
      const left = publisher.inFlight;
      // Said before the goodbye, which a broker that hangs draws out.
      if (!done) fail(refused(`${left} faces did not reach ${broker.href} before the time to stop was over`));
      await connection.stop();
      if (seq > 0) log.debug(`${seq} faces delivered to ${broker.href}`);
    },
  };
}
