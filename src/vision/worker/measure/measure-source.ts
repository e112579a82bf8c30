import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../../base/errors.ts";
import type { ReadProgress, StreamMeasurement } from "../../measurement.ts";
import { cameraLabel } from "../../source-kind.ts";
import type { FrameSize } from "../../types.ts";
import type { FromWorker, MeasureRequest } from "../../worker-messages.ts";
import { loadOpenCv } from "../opencv.ts";
import { isIntact } from "../picture.ts";
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
  const warn = (text: string) => send({ kind: "warning", text });
  const source = await openSource(cv, settings.camera, warn, settings);
  send({ kind: "opened", info: source.info, ms: performance.now() - start });
  const samples = new FrameSamples();
  const reading = await readFor(seconds, source, samples, (progress) =>
    send({ kind: "reading", ...progress }),
  );
  source.close();
  if (!reading) {
    const message = `${cameraLabel(settings.camera)} has no frame that can be decoded`;
    throw new UserError("CAMERA_NO_FRAMES", message, "Check its cable or network");
  }
  const mask = createPrivacyMask(cv, settings.masks);
  const pictures = samples.frames.map((picture) => {
    picture.mask(mask);
    return picture.at(1).mat;
  });
  send({ kind: "measured", ...reading, picture: pictureQuality(cv, pictures) });
  const faces = await searchFaces(cv, pictures, settings, () => send({ kind: "searching" }));
  send({ kind: "searched", ...faces });
}

/** Reads and decodes every frame; undefined when there is none that can be decoded. */
async function readFor(
  seconds: number,
  source: Source,
  samples: FrameSamples,
  onProgress: (progress: ReadProgress) => void,
): Promise<Omit<StreamMeasurement, "picture"> | undefined> {
  const { live, unrelated = false, stream } = source.info;
  let size: FrameSize | undefined;
  let [frames, decoded, damaged] = [0, 0, 0];
  let [start, end, reported] = [0, 0, Number.NEGATIVE_INFINITY];
  let [firstTime, lastTime]: (number | undefined)[] = [];
  let cpuBefore = process.cpuUsage();
  for (let isFirst = true; ; isFirst = false) {
    const frame = await source.read();
    if (!frame) break;
    frames += 1 + frame.dropped;
    if (isIntact(frame.picture, 1)) {
      decoded++;
      size ??= frame.picture.size;
      samples.add(frame.picture);
    } else damaged++;
    end = performance.now();
    lastTime = frame.seconds;
    if (isFirst) {
      start = end;
      firstTime = lastTime;
      // A camera's first frame comes after whatever has queued up.
      if (live) {
        cpuBefore = process.cpuUsage();
        [frames, decoded] = [1, 0];
      }
    }
    if (size && end - reported >= progressInterval) {
      onProgress({ frames, ...size });
      reported = end;
    }
    if (end - start >= seconds * 1000) break;
    await nextTurn();
  }
  if (!size) return undefined;
  const { user, system } = process.cpuUsage(cpuBefore);
  // A JPEG that is dropped is not decoded; a frame of any other codec is, since later ones depend on it.
  const worked = stream?.codec === "mjpeg" ? decoded : frames - (live ? 1 : 0);
  const elapsed = (end - start) / 1000;
  const ownElapsed = firstTime !== undefined && lastTime !== undefined ? lastTime - firstTime : 0;
  return {
    frames,
    damaged,
    ...size,
    seconds: elapsed,
    rate: unrelated || frames < 2 ? undefined : (frames - 1) / elapsed,
    ownRate: ownElapsed > 0 ? (frames - 1) / ownElapsed : undefined,
    cpuMs: (user + system) / 1000 / Math.max(1, worked),
  };
}
