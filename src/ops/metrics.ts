import type { Counter, Gauge, Histogram, Registry } from "prom-client";

/** What every role counts; names and labels are part of the program's interface (docs/metrics.md). */
export interface Metrics {
  readonly registry: Registry;
  readonly frames: Counter<"camera">;
  readonly skipped: Counter<"camera">;
  readonly visits: Counter<"camera">;
  readonly faces: Counter<"camera">;
  readonly published: Counter<"camera">;
  readonly forwarded: Counter;
  readonly stored: Counter;
  readonly rejected: Counter;
  readonly receipts: Counter;
  readonly detectSeconds: Histogram<"camera">;
  readonly storeSeconds: Histogram;
  readonly endToEndSeconds: Histogram;
  readonly connected: Gauge<"peer" | "role">;
  readonly brokerQueued: Gauge;
  readonly shareUnproven: Gauge;
  readonly visionRestarts: Counter<"camera">;
  readonly cameraPaused: Gauge<"camera">;
  readonly commands: Counter<"result">;
  readonly spooled: Counter<"camera">;
  readonly confirmed: Counter<"camera">;
  readonly resent: Counter<"camera">;
  /** Sets everything that is counted by camera to zero, so that a scrape shows it before the first event. */
  addCamera(camera: string): void;
  /** Counts what a rule drops. */
  drop(reason: DropReason, count?: number): void;
  /** Reads the number of messages in flight at each scrape. */
  trackInFlight(labels: RoleLabel, read: () => number): void;
  /** Reads the state of detect's spool at each scrape. */
  trackSpool(read: () => SpoolState): void;
}

/** What detect's spool holds; `faces` by camera. */
export interface SpoolState {
  readonly bytes: number;
  /** `--spool-max` */
  readonly maxBytes: number;
  readonly faces: ReadonlyMap<string, number>;
}

/** Distinguishes roles that share a process (`up`); empty for a role that runs alone. */
export type RoleLabel = { readonly role?: string };

/** Why something is dropped; docs/metrics.md explains each. */
const dropReasons = [
  "late_frame",
  "quality",
  "overflow",
  "loop",
  "too_large",
  "denied",
  "disconnected",
  "conflict",
  "refused",
  "bug",
  "spool_full",
  "corrupt",
] as const;
export type DropReason = (typeof dropReasons)[number];

export function isDropReason(text: string): text is DropReason {
  return (dropReasons as readonly string[]).includes(text);
}

/** Seconds, for work on one frame or message. */
const workBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** With retries during an outage of the bucket. */
const retryBuckets = [...workBuckets, 60, 600, 3600];
/** From a pipeline on one machine to a spool that waited for days. */
const journeyBuckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 21_600, 86_400];

/** Creates a registry with all metrics at zero, so that a scrape shows them before the first event. */
export async function createMetrics(): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await import("prom-client");
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name: `facepipe_${name}`, help, registers });
  const histogram = <L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ) => new Histogram({ name: `facepipe_${name}`, help, registers, buckets, labelNames });
  const dropped = new Counter({
    name: "facepipe_dropped_total",
    help: "Dropped by a rule, by reason; late_frame counts frames, quality faces, the others messages",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of dropReasons) dropped.inc({ reason }, 0);
  const inFlight: { readonly labels: RoleLabel; readonly read: () => number }[] = [];
  new Gauge({
    name: "facepipe_in_flight",
    help: "Messages received or published and not yet finished",
    labelNames: ["role"],
    registers,
    collect() {
      // The sample without a label, from before the first role of `up` was there.
      this.reset();
      if (inFlight.length === 0) this.set(0);
      for (const { labels, read } of inFlight) this.set(labels, read());
    },
  });
  let spoolState: () => SpoolState = () => ({ bytes: 0, maxBytes: 0, faces: new Map() });
  const spoolGauge = (name: string, help: string, read: (state: SpoolState) => number) =>
    new Gauge({
      name: `facepipe_${name}`,
      help,
      registers,
      collect() {
        this.set(read(spoolState()));
      },
    });
  spoolGauge("spool_faces", "Faces on disk that are not confirmed", ({ faces }) =>
    [...faces.values()].reduce((sum, count) => sum + count, 0),
  );
  spoolGauge("spool_bytes", "Size of the spool's files", ({ bytes }) => bytes);
  spoolGauge("spool_max_bytes", "Maximum size of the spool's files", ({ maxBytes }) => maxBytes);
  new Gauge({
    name: "facepipe_unconfirmed_faces",
    help: "Faces that are counted and not confirmed, by camera",
    labelNames: ["camera"],
    registers,
    collect() {
      // A camera of an earlier run that has no faces left.
      this.reset();
      for (const [camera, count] of spoolState().faces) this.set({ camera }, count);
    },
  });
  const byCamera = (name: string, help: string) =>
    new Counter({ name: `facepipe_${name}`, help, labelNames: ["camera"] as const, registers });
  const ofCamera = {
    frames: byCamera("frames_total", "Camera frames analysed"),
    skipped: byCamera("frames_skipped_total", "Camera frames skipped: no motion, or over the limit of --fps"),
    visits: byCamera("visits_total", "Visits: a person's stays in view of the camera"),
    faces: byCamera("faces_total", "Faces detected, selected and cut out"),
    published: byCamera("published_total", "Face messages that the broker acknowledged"),
    visionRestarts: byCamera("vision_restarts_total", "Restarts of the worker that reads a camera"),
  };
  const detectSeconds = histogram("detect_seconds", "Time to detect the faces of a frame", workBuckets, [
    "camera",
  ]);
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...ofCamera,
    forwarded: counter("forwarded_total", "Messages that the target broker acknowledged"),
    stored: counter("stored_total", "Messages whose objects are written"),
    rejected: counter("rejected_total", "Payloads that are not a picture"),
    receipts: counter("receipts_total", "Receipts published by store, carried by forward or read by detect"),
    detectSeconds,
    storeSeconds: histogram(
      "store_seconds",
      "Time to write the objects of a message, retries included",
      retryBuckets,
    ),
    endToEndSeconds: histogram("end_to_end_seconds", "Time from capture to stored", journeyBuckets),
    connected: new Gauge({
      name: "facepipe_connected",
      help: "1 while connected to the broker, else 0",
      labelNames: ["peer", "role"],
      registers,
    }),
    brokerQueued: new Gauge({
      name: "facepipe_broker_queued_messages",
      help: "Messages that the broker stores, queued or retained; only with store --broker-queue",
      registers,
    }),
    shareUnproven: new Gauge({
      name: "facepipe_share_unproven",
      help: "1 while store --share has received nothing from a broker that may not have shared subscriptions",
      registers,
    }),
    cameraPaused: new Gauge({
      name: "facepipe_camera_paused",
      help: "1 while the camera is paused by MQTT, else 0",
      labelNames: ["camera"],
      registers,
    }),
    commands: new Counter({
      name: "facepipe_commands_total",
      help: "Commands of log --exec, by result: ok, failed, timeout, skipped",
      labelNames: ["result"],
      registers,
    }),
    spooled: byCamera("spooled_total", "Faces that are durable on disk: from then on they count"),
    confirmed: byCamera("confirmed_total", "Faces that left the spool because they are safe"),
    resent: byCamera("resent_total", "Faces that were published again because they were not confirmed"),
    addCamera: (camera) => {
      for (const each of Object.values(ofCamera)) each.inc({ camera }, 0);
      detectSeconds.zero({ camera });
    },
    drop: (reason, count = 1) => dropped.inc({ reason }, count),
    trackInFlight: (labels, read) => inFlight.push({ labels, read }),
    trackSpool: (read) => {
      spoolState = read;
    },
  };
}
