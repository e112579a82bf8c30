import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../../base/errors.ts";
import { redact } from "../../../base/redact.ts";
import type { ReadProgress, StreamMeasurement } from "../../measurement.ts";
import type { FromWorker, MeasureRequest } from "../../worker-messages.ts";
import { loadOpenCv } from "../opencv.ts";
import { createPrivacyMask } from "../privacy-mask.ts";
import { openSource } from "../sources/open.ts";
import type { Source } from "../sources/source.ts";
import { searchFaces } from "./face-search.ts";
import { FrameSamples } from "./frame-samples.ts";
import { pictureQuality } from "./picture-quality.ts";

/** Time between two messages while frames arrive, ms. */
const progressInterval = 250;

type Send = (message: FromWorker) => void;

/** Opens the source as detect does, reads it for some seconds, and searches some of its frames for faces. */
export async function measureSource({ settings, seconds }: MeasureRequest, send: Send): Promise<void> {
  const cv = loadOpenCv();
  const start = performance.now();
  const source = await openSource(cv, settings.camera, (text) => send({ kind: "warning", text }));
  send({ kind: "opened", info: source.info, ms: performance.now() - start });
  const samples = new FrameSamples();
  const reading = await readFor(seconds, source, samples, (progress) =>
    send({ kind: "reading", ...progress }),
  );
  source.close();
  if (!reading) throw new UserError("CAMERA_NO_FRAMES", `${redact(settings.camera)} has no frame`);
  const mask = createPrivacyMask(cv, settings.masks);
  for (const frame of samples.frames) mask(frame);
  send({ kind: "measured", ...reading, picture: pictureQuality(cv, samples.frames) });
  const faces = await searchFaces(cv, samples.frames, settings, () => send({ kind: "searching" }));
  send({ kind: "searched", ...faces });
}

/** Reads and decodes every frame; undefined when there is none. */
async function readFor(
  seconds: number,
  source: Source,
  samples: FrameSamples,
  onProgress: (progress: ReadProgress) => void,
): Promise<Omit<StreamMeasurement, "picture"> | undefined> {
  const { live, unrelated = false, stream } = source.info;
  let cpuBefore = process.cpuUsage();
  let frame = await source.read();
  if (!frame) return undefined;
  // A camera's first frame comes after whatever has queued up.
  if (live) cpuBefore = process.cpuUsage();
  const start = performance.now();
  const startTime = frame.seconds;
  const size = { width: frame.mat.cols, height: frame.mat.rows };
  let [decoded, frames, end, reported] = [0, 1, start, Number.NEGATIVE_INFINITY];
  let ownTime: number | undefined;
  for (;;) {
    samples.add(frame.mat);
    if (end - reported >= progressInterval) {
      onProgress({ frames, ...size });
      reported = end;
    }
    if (end - start >= seconds * 1000) break;
    await nextTurn();
    const next = await source.read();
    if (!next) break;
    frame = next;
    decoded++;
    frames += 1 + frame.dropped;
    end = performance.now();
    ownTime = frame.seconds;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  // A JPEG that is dropped is not decoded; a frame of any other codec is, since later ones depend on it.
  const worked = (stream?.codec === "mjpeg" ? decoded : frames - 1) + (live ? 0 : 1);
  const elapsed = (end - start) / 1000;
  const ownElapsed = ownTime !== undefined && startTime !== undefined ? ownTime - startTime : 0;
  return {
    frames,
    ...size,
    seconds: elapsed,
    rate: unrelated || decoded === 0 ? undefined : (frames - 1) / elapsed,
    ownRate: ownElapsed > 0 ? (frames - 1) / ownElapsed : undefined,
    cpuMs: worked === 0 ? 0 : (user + system) / 1000 / worked,
  };
}
