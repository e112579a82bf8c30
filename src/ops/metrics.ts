import type { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What every role counts; names and labels are part of the program's interface (docs/metrics.md). */
export interface Metrics {
  readonly registry: Registry;
  readonly frames: Counter;
  readonly skipped: Counter;
  readonly visits: Counter;
  readonly faces: Counter;
  readonly published: Counter;
  readonly forwarded: Counter;
  readonly stored: Counter;
  readonly rejected: Counter;
  readonly dropped: Counter<"reason">;
  readonly inFlight: Gauge;
  readonly detectSeconds: Histogram;
  readonly storeSeconds: Histogram;
  readonly endToEndSeconds: Histogram;
  readonly connected: Gauge<"peer">;
  readonly brokerQueued: Gauge;
  readonly visionRestarts: Counter;
}

/** Why something may be dropped: docs/metrics.md tells each. */
const dropReasons = ["late_frame", "overflow", "loop", "too_large", "conflict", "refused"] as const;
export type DropReason = (typeof dropReasons)[number];

/** Seconds, from a fast board's millisecond to an outage's hour. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600];

/** A registry of its own with all metrics at zero, so that a scrape shows them before the first event. */
export async function createMetrics(): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `facepipe_${name}`, help, registers });
  const histogram = (name: string, help: string) =>
    new Histogram({ name: `facepipe_${name}`, help, registers, buckets });
  const dropped = new Counter({
    name: "facepipe_dropped_total",
    help: "What was dropped by a rule, by reason; late_frame counts frames, the others messages",
    labelNames: ["reason"] as const,
    registers,
  });
  for (const reason of dropReasons) dropped.inc({ reason }, 0);
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    frames: counter("frames_total", "Camera frames that were looked at"),
    skipped: counter(
      "frames_skipped_total",
      "Camera frames that were passed over: nothing moved, or fewer are wanted",
    ),
    visits: counter("visits_total", "Visits that began: stays of one person before the camera"),
    faces: counter("faces_total", "Faces that were found, chosen and cut out"),
    published: counter("published_total", "Face messages that the broker acknowledged"),
    forwarded: counter("forwarded_total", "Messages that the target broker acknowledged"),
    stored: counter("stored_total", "Messages whose objects are written"),
    rejected: counter("rejected_total", "Payloads that are no picture"),
    dropped,
    inFlight: new Gauge({
      name: "facepipe_in_flight",
      help: "Messages begun and not yet finished",
      registers,
    }),
    detectSeconds: histogram("detect_seconds", "Time to find the faces of a frame"),
    storeSeconds: histogram("store_seconds", "Time to write a message's objects, with all tries"),
    endToEndSeconds: histogram("end_to_end_seconds", "Time from capture to stored"),
    connected: new Gauge({
      name: "facepipe_connected",
      help: "1 while connected to the broker, else 0",
      labelNames: ["peer"] as const,
      registers,
    }),
    brokerQueued: new Gauge({
      name: "facepipe_broker_queued_messages",
      help: "Messages that the broker holds, waiting or retained; of store --broker-queue",
      registers,
    }),
    visionRestarts: counter("vision_restarts_total", "Restarts of the vision process"),
  };
}
