import { type CaptureSettings, captureOptions } from "./options.ts";
import type { Camera } from "./unique-camera-names.ts";

/** What is wrong with these settings of a camera together. */
export function captureFaults({ align, detector }: Partial<CaptureSettings>): string[] {
  if (!align || detector !== "haar") return [];
  return ["--align needs landmarks, which --detector haar does not find: use --detector yunet"];
}

/** Settings that have no effect beside others, and of which cameras: one set of settings may serve several. */
export function ignoredSettings(cameras: readonly Camera<CaptureSettings>[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, settings } of cameras)
    for (const text of ignoredIn(settings)) names.set(text, [...(names.get(text) ?? []), name]);
  return [...names].map(([text, some]) =>
    some.length === cameras.length ? text : `${some.join(", ")}: ${text}`,
  );
}

function ignoredIn({ align, margin, format, jpegQuality }: CaptureSettings): string[] {
  const ignored: string[] = [];
  if (format === "png" && jpegQuality !== Number(captureOptions.jpegQuality.fallback))
    ignored.push("--jpeg-quality has no effect on png pictures: use --format jpeg");
  if (align && margin !== 0) ignored.push("--margin has no effect with --align, which has its own");
  return ignored;
}
