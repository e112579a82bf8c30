import type { Settings } from "../../settings/option.ts";
import { captureOptions } from "./options.ts";

type CaptureSettings = Partial<Settings<typeof captureOptions>>;

/** What is wrong with these settings together. */
export function captureFaults({ align, detector }: CaptureSettings): string[] {
  if (!align || detector !== "haar") return [];
  return ["--align needs landmarks, which --detector haar does not find: use --detector yunet"];
}

/** Settings that have no effect beside others: one set of settings may serve several cameras. */
export function ignoredSettings({ align, margin, format, jpegQuality }: CaptureSettings): string[] {
  const ignored: string[] = [];
  if (format === "png" && jpegQuality !== Number(captureOptions.jpegQuality.fallback))
    ignored.push("--jpeg-quality has no effect on png pictures: use --format jpeg");
  if (align && margin !== 0) ignored.push("--margin has no effect with --align, which has its own");
  return ignored;
}
