import { sourceKind } from "./source-kind.ts";
import type { StreamFormat, WebcamRequest } from "./types.ts";

/** The default: the largest size up to this at which the webcam reaches this rate, as MJPEG if it has that. */
export const webcamDefault = { size: { width: 1280, height: 720 }, rate: 30, format: "mjpeg" } as const;

/** A rate that is off by less is the same: 29.97 for 30. */
const rateTolerance = 0.02;

/** What a webcam was asked for, for people. */
export function webcamRequestText({ size, format, rate }: WebcamRequest): string {
  const text = streamText({
    codec: format ?? webcamDefault.format,
    ...(size ?? webcamDefault.size),
    rate: rate ?? webcamDefault.rate,
  });
  const isDefault = size === undefined && format === undefined && rate === undefined;
  return isDefault ? `its best up to ${text}` : text;
}

/** `1280x720 mjpeg, 30 frames/s`. */
export function streamText({ codec, width, height, rate }: StreamFormat): string {
  const parts = [`${width}x${height}`, codec ?? ""].filter((part) => part !== "").join(" ");
  return rate === undefined ? parts : `${parts}, ${Math.round(rate * 100) / 100} frames/s`;
}

/** What was asked for explicitly and did not come, in the words of the options. */
export function unmetRequests({ size, format, rate }: WebcamRequest, came: StreamFormat): string[] {
  const unmet: string[] = [];
  if (size && (size.width !== came.width || size.height !== came.height))
    unmet.push(`--video-size ${size.width}x${size.height}: it delivers ${came.width}x${came.height}`);
  if (format && format !== came.codec)
    unmet.push(`--input-format ${format}: it delivers ${came.codec ?? "a format that it does not tell"}`);
  if (rate !== undefined && !isRate(came.rate, rate)) {
    const rounded =
      came.rate === undefined ? "a rate that it does not tell" : `${came.rate.toFixed(2)} frames/s`;
    unmet.push(`--framerate ${Math.round(rate * 100) / 100}: it delivers ${rounded}`);
  }
  return unmet;
}

function isRate(came: number | undefined, asked: number): boolean {
  return came !== undefined && Math.abs(came / asked - 1) <= rateTolerance;
}

/** Where the size and rate of a source that is no webcam are set instead. */
const elsewhere = {
  network: "set it in the camera's own settings, or choose another of its streams by its URL",
  gst: "write it into the pipeline, for example `video/x-raw,width=1280,height=720,framerate=30/1`",
  synthetic: "write `synthetic:size=1280x720,fps=30`",
  video: "a video has its own",
  image: "an image has its own",
  folder: "an image has its own",
} as const;

/** Why these requests have no effect on this source; undefined for a webcam. */
export function uselessRequest(camera: string, { size, format, rate }: WebcamRequest): string | undefined {
  const { kind } = sourceKind(camera);
  if (kind === "device" || kind === "missing") return undefined;
  const flags = Object.entries({ "--video-size": size, "--input-format": format, "--framerate": rate });
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (given.length === 0) return undefined;
  return `${given.join(", ")}: only a webcam can be asked for it, so it has no effect here: ${elsewhere[kind]}`;
}
