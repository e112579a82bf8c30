import type { VisionSettings } from "../../types.ts";
import type { Cv } from "../opencv.ts";
import { regionOf } from "../region-of-interest.ts";
import type { Detector } from "./detector.ts";
import { haarDetector } from "./haar.ts";
import { detectorWithin } from "./within-region.ts";
import { yunetDetector } from "./yunet/yunet.ts";

/** The detector that the settings name; `stills`: for images. @throws UserError when its model does not load. */
export async function createDetector(cv: Cv, settings: VisionSettings, stills = false): Promise<Detector> {
  const { detector: choice, threads, zones } = settings;
  const detector =
    choice.name === "haar" ? haarDetector(cv, settings) : await yunetDetector(cv, choice, settings, stills);
  if (threads !== undefined) cv.setNumThreads(threads);
  return zones.length === 0 ? detector : detectorWithin(cv, regionOf(zones), detector);
}
