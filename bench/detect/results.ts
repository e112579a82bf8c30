import { mixedVideo, personSegments, type Segment, webcamVideo } from "../support/videos.ts";
import { detections, type Found } from "./implementations.ts";

/** The number of frames of the webcam video in which a face is detected; each of its 1332 frames has one. */
export async function countFramesWithFace(args: readonly string[]): Promise<number> {
  const found = await detections(webcamVideo(), args);
  return new Set(found.map(([frame]) => frame)).size;
}

/** The number of pictures published for the mixed video, and of its ten persons with exactly one picture. */
export async function countPicturesPerPerson(
  args: readonly string[],
): Promise<{ readonly pictures: number; readonly persons: number }> {
  return countVisits(await detections(mixedVideo(), args));
}

/** The same of what was found. */
export function countVisits(found: readonly Found[]): {
  readonly pictures: number;
  readonly persons: number;
} {
  const within = ({ from, to }: Segment) => found.filter(([frame]) => frame >= from && frame < to);
  const persons = personSegments.filter((segment) => within(segment).length === 1).length;
  return { pictures: found.length, persons };
}
