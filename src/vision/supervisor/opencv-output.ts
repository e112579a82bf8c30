/** What OpenCV writes before a message: level, thread and the seconds since its start. */
const openCvPrefix = /\[\s*(?:DEBUG|INFO|WARN|ERROR|FATAL):\d+@[\d.]+\]\s*/g;
/** What FFmpeg writes before one: the part of it that speaks, and where that is in memory. */
const ffmpegPrefix = /\[([^\][@]+?) @ (?:0x[0-9a-f]+|[0-9a-f]{8,16})\]/gi;
const pointer = /\b0x[0-9a-f]{4,16}\b/gi;

/**
 * A line of OpenCV or FFmpeg for people, without what differs each time: memory addresses, thread numbers and seconds
 * since the start.
 */
export function withoutAddresses(line: string): string {
  return line.replace(openCvPrefix, "").replace(ffmpegPrefix, "[$1]").replace(pointer, "0x...").trim();
}

/**
 * For comparison: the same for two failures of the same kind, of which one took a little longer. Whole seconds stay: they
 * are limits, which tell failures apart.
 */
export function withoutDurations(reason: string): string {
  return reason.replace(
    /\b(?:\d+(?:\.\d+)?(?=\s?(?:ms|milliseconds)\b)|\d+\.\d+(?=\s?(?:s|seconds)\b))/g,
    "N",
  );
}

/** Whether a line explains nothing: the reasons of GStreamer's failures are in its own log, which the worker reads. */
export function isGstNoise(line: string): boolean {
  return /\bcap_gstreamer\.cpp\b|\bG(?:Streamer|Lib(?:-GObject)?)-(?:CRITICAL|WARNING)\b|^\s*$/.test(line);
}
