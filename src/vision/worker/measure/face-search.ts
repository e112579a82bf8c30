import type { Box } from "../../../face/face.ts";
import type { FaceMeasurement } from "../../measurement.ts";
import type { VisionSettings } from "../../types.ts";
import { createDetector } from "../detectors/create-detector.ts";
import { intersectionOverUnion } from "../iou.ts";
import type { Cv, Mat } from "../opencv.ts";

/** The width of a frame in which small faces are found that detect misses, pixels; and their smallest size. */
const closeWidth = 1920;
const closeMinFace = 10;
/** Frames that are searched so closely: it takes thirty times as long. */
const closeFrames = 2;
/** Boxes that overlap more than this (intersection over union) are the same face. */
const sameFace = 0.2;

/** Searches the frames for faces as detect does, and some more closely. `onSearched`: after each frame. */
export async function searchFaces(
  cv: Cv,
  frames: readonly Mat[],
  settings: VisionSettings,
  onSearched: () => void,
): Promise<FaceMeasurement> {
  const detector = await createDetector(cv, settings);
  const found: Box[][] = [];
  let cpu = 0;
  for (const [nth, frame] of frames.entries()) {
    const before = process.cpuUsage();
    const faces = await detector.detect(frame);
    const { user, system } = process.cpuUsage(before);
    // The first search of a detector takes longer: it prepares itself.
    if (nth > 0 || frames.length === 1) cpu += (user + system) / 1000;
    found.push(faces.map(({ box }) => box).filter((box) => isFace(box, settings.minFace)));
    onSearched();
  }
  const sizes = found.flat().map(longerSide).sort(ascending);
  const withFaces = found.filter((boxes) => boxes.length > 0).length;
  return {
    detector: detector.name,
    pictures: frames.length,
    withFaces,
    most: Math.max(0, ...found.map((boxes) => boxes.length)),
    sizes,
    missed: await searchClosely(cv, frames, found, settings, onSearched),
    cpuMs: cpu / Math.max(1, frames.length - 1),
  };
}

/** The longer sides of the faces that a closer search finds in addition, pixels. */
async function searchClosely(
  cv: Cv,
  frames: readonly Mat[],
  found: readonly Box[][],
  settings: VisionSettings,
  onSearched: () => void,
): Promise<number[]> {
  // The Haar cascade searches the whole frame at its full size already, and finds much that is no face when searched closely.
  if (settings.detector.name !== "yunet") return [];
  const detector = { ...settings.detector, width: closeWidth };
  const closely = await createDetector(cv, { ...settings, detector, minFace: closeMinFace });
  const step = Math.max(1, Math.floor(frames.length / closeFrames));
  const missed: number[] = [];
  for (const [nth, frame] of frames.entries()) {
    if (nth % step !== 0) continue;
    for (const { box } of await closely.detect(frame)) {
      const size = longerSide(box);
      if (
        isFace(box, closeMinFace) &&
        !found[nth]?.some((known) => intersectionOverUnion(known, box) > sameFace)
      )
        missed.push(size);
    }
    onSearched();
  }
  return missed.sort(ascending);
}

/** As detect decides. */
function isFace({ width, height }: Box, minFace: number): boolean {
  return Math.max(width, height) >= minFace && Math.min(width, height) > 0;
}

function longerSide({ width, height }: Box): number {
  return Math.round(Math.max(width, height));
}

function ascending(a: number, b: number): number {
  return a - b;
}
