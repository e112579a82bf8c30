import { mixedVideo, type Part, personParts, webcamVideo } from "../support/videos.ts";
import { findings } from "./implementations.ts";

/** In how many frames of the webcam video, which has a face in each of its 1332, a face is found. */
export async function framesWithFace(args: readonly string[]): Promise<number> {
  const found = await findings(webcamVideo(), args);
  return new Set(found.map(([frame]) => frame)).size;
}

/** How many pictures of the mixed video are sent, and how many of its ten persons have exactly one picture. */
export async function picturesOfPersons(
  args: readonly string[],
): Promise<{ readonly pictures: number; readonly persons: number }> {
  const found = await findings(mixedVideo(), args);
  const within = ({ from, to }: Part) => found.filter(([frame]) => frame >= from && frame < to);
  const persons = personParts.filter((part) => within(part).length === 1).length;
  return { pictures: found.length, persons };
}
