import type { VisionSettings } from "../../types.ts";
import type { Cv } from "../opencv.ts";
import { detectorWithin, regionOf } from "../region.ts";
import type { Detector } from "./detector.ts";
import { haarDetector } from "./haar.ts";
import { yunetDetector } from "./yunet/yunet.ts";

/** The detector that the settings ask for. @throws UserError when its model does not load. */
export async function createDetector(cv: Cv, settings: VisionSettings): Promise<Detector> {
  const { threads, zones } = settings;
  const detector = await whole(cv, settings);
  if (threads !== undefined) cv.setNumThreads(threads);
  return zones.length === 0 ? detector : detectorWithin(cv, regionOf(zones), detector);
}

async function whole(cv: Cv, settings: VisionSettings): Promise<Detector> {
  const { detector, threads = 1, minFace, score } = settings;
  if (detector.name === "haar") return haarDetector(cv, settings);
  const { model, width } = detector;
  return await yunetDetector(cv, { model, width, threads, minFace, score });
}
