import { defaultDetectWidth, defaultMinFace } from "../../defaults.ts";
import type { FrameSize, VisionSettings } from "../../types.ts";
import type { Detector } from "./detector.ts";

/** How many times too large the smallest face may be: what somebody has chosen is worth more than a default. */
const mostExcess = { chosen: 1.5, byDefault: 3 } as const;
const largestWidth = 7680;

/** Why faces of the size that the settings promise are not found in frames of this size; undefined when they are. */
export function smallFaceWarning(
  detector: Detector,
  { minFace, detector: choice }: VisionSettings,
  frame: FrameSize,
): string | undefined {
  const smallest = Math.round(detector.smallestFace?.(frame) ?? 0);
  const chosen = choice.name === "yunet" ? choice.width : undefined;
  const width = chosen ?? defaultDetectWidth;
  const isChosen = chosen !== undefined || minFace !== defaultMinFace;
  if (smallest <= minFace * (isChosen ? mostExcess.chosen : mostExcess.byDefault)) return undefined;
  // Rounded up to what the model pads to.
  const wanted = Math.ceil((width * smallest) / minFace / 32) * 32;
  const work = Math.round((wanted / width) ** 2);
  const widen =
    wanted <= largestWidth ? `--detect-width ${wanted} finds them for ${work} times the work; ` : "";
  return (
    `in frames of ${frame.width}x${frame.height}, faces smaller than about ${smallest} pixels are not found, ` +
    `though --min-face is ${minFace}: ${widen}--min-face ${smallest} states what is found`
  );
}
