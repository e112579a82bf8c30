import type { Box } from "../../face/face.ts";
import { match } from "./match.ts";
import { Track } from "./track.ts";

/** A visit is over when its face was not seen for so long, seconds; a head turned away for less is the same visit. */
const patience = 2;
/** ... and not before so many looks have missed it, when looks are far apart. */
const patientLooks = 2.5;

/**
 * How far from where it was expected a face may be found, in sides of the face: one, for what the eye of a camera and a
 * nodding head do; 4 more for each second between two looks, since somebody who walks past at 1 m/s passes 5 or 6 heads
 * a second; and a half for each second that the face was hidden.
 */
const reaches = { always: 1, perSecondOfInterval: 4, perSecondUnseen: 0.5, most: 4 };

/**
 * When looks follow one another this fast, seconds, a face must be seen twice to count as a visit: no one passes by in
 * a single frame, but a detector takes a hand for a face in one.
 */
const prompt = 0.25;

/** What a look changed. */
export interface Tracked {
  /** The visit of each box, in the order of the boxes. */
  readonly visits: readonly number[];
  /** Visits that are certain now: each is named once. */
  readonly confirmed: readonly number[];
  /** Visits that were confirmed and are over. */
  readonly ended: readonly number[];
  /** Visits that are over and never were any. */
  readonly dismissed: readonly number[];
}

/**
 * Follows faces from look to look: tells which belong to one visit, a person's stay before the camera. Visits count
 * 1, 2, 3 ... and no number is used again.
 *
 * It knows boxes only. Two people who pass through each other's box may change visits; a person who is hidden for longer
 * than `patience` comes back as a new visit.
 */
export class Tracker {
  #tracks: Track[] = [];
  #nextVisit: number;
  #lookedAt: number | undefined;

  /** `firstVisit`: the number of the next visit. */
  constructor(firstVisit: number) {
    this.#nextVisit = firstVisit;
  }

  /** Whether there are visits that have not ended. */
  get following(): boolean {
    return this.#tracks.length > 0;
  }

  /** Where the faces should be at `seconds`, or undefined when the last look has missed one. */
  expected(seconds: number): Box[] | undefined {
    if (this.#tracks.some((track) => track.unseen(this.#lookedAt ?? seconds) > 0)) return undefined;
    return this.#tracks.map((track) => track.at(seconds));
  }

  /** The number of the next visit. */
  get nextVisit(): number {
    return this.#nextVisit;
  }

  /** Takes the boxes of one look, seen at `seconds`, which never goes back. */
  update(boxes: readonly Box[], seconds: number): Tracked {
    const interval = seconds - (this.#lookedAt ?? seconds);
    this.#lookedAt = seconds;
    const expected = this.#tracks.map((track) => {
      const box = track.at(seconds);
      return { box, reach: side(box) * reachOf(interval, track.unseen(seconds)) };
    });
    const matched = match(expected, boxes);
    const confirmed: number[] = [];
    const before = this.#tracks;
    const visits = boxes.map((box, at) => {
      const known = before[matched[at] ?? -1];
      const track = known ?? this.#begin(box, seconds);
      known?.see(box, seconds);
      if (!track.confirmed && (known || interval > prompt)) {
        track.confirmed = true;
        confirmed.push(track.visit);
      }
      return track.visit;
    });
    const longest = Math.max(patience, interval * patientLooks);
    const gone = this.#tracks.filter((track) => track.unseen(seconds) > longest);
    this.#tracks = this.#tracks.filter((track) => !gone.includes(track));
    const over = (wanted: boolean) =>
      gone.filter((track) => track.confirmed === wanted).map(({ visit }) => visit);
    return { visits, confirmed, ended: over(true), dismissed: over(false) };
  }

  #begin(box: Box, seconds: number): Track {
    const track = new Track(this.#nextVisit++, box, seconds);
    this.#tracks = [...this.#tracks, track];
    return track;
  }

  /** Ends all visits, certain or not: what comes next has nothing to do with what was before. */
  end(): Omit<Tracked, "visits"> {
    const gone = this.#tracks;
    this.#tracks = [];
    const confirmed = gone.filter((track) => !track.confirmed).map(({ visit }) => visit);
    return { confirmed, ended: gone.map(({ visit }) => visit), dismissed: [] };
  }
}

function side({ width, height }: Box): number {
  return Math.sqrt(width * height);
}

function reachOf(interval: number, unseen: number): number {
  const { always, perSecondOfInterval, perSecondUnseen, most } = reaches;
  return Math.min(most, always + perSecondOfInterval * interval + perSecondUnseen * unseen);
}
