import type { Finding } from "../../base/steps/step.ts";
import type {
  FaceMeasurement,
  PictureQuality,
  ReadProgress,
  SourceOpened,
  StreamMeasurement,
} from "../../vision/measurement.ts";
import type { SourceInfo, StreamFormat } from "../../vision/types.ts";

/* What was measured, for the steps of the check: in words and as facts. */

/** How people write the codecs that FFmpeg names so. */
const codecLabels: Readonly<Record<string, string>> = {
  h264: "H.264",
  hevc: "H.265",
  mjpeg: "MJPEG",
  mpeg4: "MPEG-4",
  vp8: "VP8",
  vp9: "VP9",
  av1: "AV1",
  yuyv422: "YUYV (not compressed)",
};

export function codecLabel(codec: string | undefined): string {
  return codec === undefined ? "" : (codecLabels[codec] ?? codec);
}

export function openFinding({ info, ms }: SourceOpened): Finding & { readonly info: SourceInfo } {
  const { live, frames } = info;
  const length = frames === undefined ? "a recording of unknown length" : plural(frames, "frame");
  return { detail: live ? "a live source" : length, facts: { live, frames }, ms, info };
}

/** `given`: what the source says, or its first frame. */
export function streamFinding(
  given: StreamFormat | ReadProgress,
): Finding & { readonly format: StreamFormat } {
  const { width, height } = given;
  const { codec, rate } = "frames" in given ? {} : given;
  const claim = rate === undefined ? "" : `, ${round(rate)} frames/s by its own account`;
  const detail = `${codecLabel(codec)} ${width}x${height}${claim}`.trim();
  const format = { codec, width, height, rate };
  return { detail, facts: format, format };
}

export function rateFinding(
  stream: StreamMeasurement,
  { live, stream: format }: SourceInfo,
): Finding & { readonly stream: StreamMeasurement } {
  const { frames, damaged, seconds, rate, ownRate } = stream;
  const facts = {
    frames,
    damaged,
    seconds: round(seconds),
    rate: rate && round(rate),
    ownRate: ownRate && round(ownRate),
  };
  const note = damaged === 0 ? "" : `; ${plural(damaged, "frame")} could not be decoded`;
  return { detail: `${rateText()}${note}`, facts, stream };

  function rateText(): string {
    if (rate === undefined) return plural(frames, "picture");
    if (live) return `${round(rate)} frames/s over ${round(seconds)} s`;
    const own = format?.rate ?? ownRate;
    const its = own === undefined ? "" : `the file's rate is ${round(own)} frames/s; `;
    return `${its}${plural(frames, "frame")} read at ${round(rate)} frames/s`;
  }
}

/** Frames per second of the source itself, not of how fast a file can be read. */
export function sourceRate(
  stream: StreamMeasurement,
  { live, stream: format }: SourceInfo,
): number | undefined {
  return live ? stream.rate : (format?.rate ?? stream.ownRate);
}

export function cpuFinding(stream: StreamMeasurement, info: SourceInfo): Finding {
  const rate = sourceRate(stream, info);
  const cores = rate === undefined ? undefined : (stream.cpuMs * rate) / 1000;
  const load = cores === undefined ? "" : `: ${percent(cores)} of a core at ${round(rate ?? 0)} frames/s`;
  const facts = { cpuMsPerFrame: round(stream.cpuMs), cores: cores && Math.round(cores * 1000) / 1000 };
  return { detail: `${round(stream.cpuMs)} ms per frame to read and decode it${load}`, facts };
}

export function pictureFinding({ light, contrast, sharpness }: PictureQuality): Finding {
  const detail = `light ${Math.round(light)} of 255, contrast ${Math.round(contrast)}, sharpness ${Math.round(sharpness)}`;
  return { detail, facts: { light, contrast, sharpness } };
}

export function facesFinding(faces: FaceMeasurement): Finding & { readonly faces: FaceMeasurement } {
  const { detector, pictures, withFaces, most, sizes, missed, cpuMs } = faces;
  const facts = { detector, pictures, withFaces, most, sizes, missed, detectMsPerFrame: round(cpuMs) };
  const cost = `${detector}, ${round(cpuMs)} ms of CPU per frame`;
  if (withFaces === 0) return { detail: `no face in ${plural(pictures, "frame")} (${cost})`, facts, faces };
  const range = sizeRange(sizes);
  const detail = `a face in ${withFaces} of ${plural(pictures, "frame")}, ${plural(most, "face")} at most, ${range} (${cost})`;
  return { detail, facts, faces };
}

/** `84 px` or `84 to 96 px`, of sizes in ascending order. */
export function sizeRange(sizes: readonly number[]): string {
  const [least = 0, largest = least] = [sizes[0], sizes.at(-1)];
  return least === largest ? `${least} px` : `${least} to ${largest} px`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Three digits are enough. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

const percent = (share: number) => `${round(share * 100)} %`;
