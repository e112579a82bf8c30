import type { Box } from "../../../face/face.ts";
import { associate } from "./associate.ts";
import { Track } from "./track.ts";

/** A visit ends when its face was not detected for longer than this, seconds; a head turned away for less is the same visit. */
const maxAge = 2;
/** At a low frame rate, it ends after this many frames without the face, but after `maxAgeLimit` at the latest, seconds. */
const maxAgeFrames = 2;
const maxAgeLimit = 10;
/** A face that was missed is still searched for this long, seconds. */
const trackingTime = 0.5;
/**
 * A new face must be detected again in the next frame if that comes within this time, seconds: nobody walks past in a
 * single frame, but a detector mistakes a hand for a face in one.
 */
const confirmTime = 0.25;

/**
 * How far from its predicted place a face may be found, in sides of the face: one, for the detector's noise and a nodding
 * head; 4 more for each second between two frames that show it, since somebody who walks past at 1 m/s moves by 5 or 6
 * heads a second; and a half for each second that it was hidden.
 */
const gates = { base: 1, perSecondBetweenFrames: 4, perSecondHidden: 0.5, max: 4 };

/** The changes of one update. */
export interface TrackChanges {
  /** The visit of each box, in the order of the boxes. */
  readonly visits: readonly number[];
  /** Visits that became certain; each is reported once. */
  readonly confirmed: readonly number[];
  /** Confirmed visits that are over. */
  readonly ended: readonly number[];
  /** Tentative visits that were missed at once: they are no visits, unless they are confirmed later. */
  readonly deleted: readonly number[];
}

/**
 * Tracks faces from frame to frame: which detections belong to one visit, a person's stay in front of the camera. Visits are
 * numbered 1, 2, 3 ... and no number is reused.
 *
 * It uses boxes only. Two people whose boxes cross may swap visits; a person who is hidden for longer than `maxAge` gets a
 * new visit. Terms as in DeepSORT (Wojke et al., 2017).
 */
export class Tracker {
  #tracks: Track[] = [];
  #nextVisit: number;
  #updatedAt = Number.NEGATIVE_INFINITY;

  /** `firstVisit`: the number of the next visit. */
  constructor(firstVisit: number) {
    this.#nextVisit = firstVisit;
  }

  /** Whether a face was detected a moment ago. */
  isTracking(seconds: number): boolean {
    return this.#tracks.some((track) => track.timeSinceUpdate(seconds) <= trackingTime);
  }

  /** Where the faces should be at `seconds`, or undefined when one was missed in the last frame. */
  expected(seconds: number): Box[] | undefined {
    if (this.#tracks.some((track) => track.timeSinceUpdate(this.#updatedAt) > 0)) return undefined;
    return this.#tracks.map((track) => track.predict(seconds));
  }

  /** The number of the next visit. */
  get nextVisit(): number {
    return this.#nextVisit;
  }

  /** Adds the boxes of one frame; `seconds` never goes back. */
  update(boxes: readonly Box[], seconds: number): TrackChanges {
    const interval = seconds - this.#updatedAt;
    const age = Math.max(maxAge, Math.min(maxAgeLimit, interval * maxAgeFrames));
    const ended = this.#tracks.filter((track) => track.timeSinceUpdate(seconds) > age);
    const known = this.#tracks.filter((track) => !ended.includes(track));
    const predictions = known.map((track) => {
      const box = track.predict(seconds);
      return { box, gate: sideOf(box) * gateOf(interval, track.timeSinceUpdate(seconds)) };
    });
    const detected = associate(predictions, boxes).map((index, nth) => {
      const box = boxes[nth] as Box;
      const track = known[index ?? -1] ?? new Track(this.#nextVisit++, box, seconds);
      track.update(box, seconds);
      return track;
    });
    const open = known.filter(({ state }) => state !== "confirmed");
    const missed = open.filter((track) => track.state === "tentative" && track.timeSinceUpdate(seconds) > 0);
    const deleted = interval <= confirmTime ? missed : [];
    const confirmed = open.filter(
      (track) => track.hits > 1 || (missed.includes(track) && interval > confirmTime),
    );
    for (const track of deleted) track.state = "deleted";
    for (const track of confirmed) track.state = "confirmed";
    this.#tracks = [...new Set([...known, ...detected])];
    this.#updatedAt = seconds;
    return {
      visits: visitsOf(detected),
      confirmed: visitsOf(confirmed),
      ended: visitsOf(ended.filter(({ state }) => state !== "deleted")),
      deleted: visitsOf(deleted),
    };
  }

  /** Ends all visits: the next frame is independent of this one. */
  end(): Omit<TrackChanges, "visits"> {
    const ended = this.#tracks.filter(({ state }) => state !== "deleted");
    this.#tracks = [];
    const confirmed = ended.filter(({ state }) => state === "tentative");
    return { confirmed: visitsOf(confirmed), ended: visitsOf(ended), deleted: [] };
  }
}

const visitsOf = (tracks: readonly Track[]) => tracks.map(({ visit }) => visit);

function sideOf({ width, height }: Box): number {
  return Math.sqrt(width * height);
}

/** `interval`: seconds since the frame before; a face that was missed there was hidden. */
function gateOf(interval: number, timeSinceUpdate: number): number {
  const { base, perSecondBetweenFrames, perSecondHidden, max } = gates;
  const hidden = timeSinceUpdate > interval;
  const growth = hidden ? perSecondHidden * timeSinceUpdate : perSecondBetweenFrames * interval;
  return Math.min(max, base + growth);
}
